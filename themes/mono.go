package themes

// mono and its counterpart have no hue: lightness tells, and glyphs do. Their
// signed maps go from one end of the greys to the other, as photographs do, for
// two signs of equal lightness would be one.
var (
	mono = Theme{
		Name: "mono",
		Dark: true,

		Text:   Color{0xd0d0d0, 252, 7},
		Muted:  Color{0x9e9e9e, 247, 7},
		Faint:  Color{0x626262, 241, 8},
		Accent: Color{0xffffff, 231, 15},
		Border: Color{0x585858, 240, 8},
		Focus:  Color{0xffffff, 231, 15},
		Good:   Color{0xd0d0d0, 252, 7},
		Warn:   Color{0xffffff, 231, 15},
		Bad:    Color{0xffffff, 231, 15},

		SpinUp:   Color{0xe4e4e4, 254, 15},
		SpinDown: Color{0x3a3a3a, 237, 8},

		Ground: 0x282828,

		Curve:    Color{0xffffff, 231, 15},
		Exact:    Color{0x8a8a8a, 245, 7},
		Latent:   Color{0xffffff, 231, 15},
		Physical: Color{0xc6c6c6, 251, 7},

		Signed:    []uint32{0x0e0e0e, 0x303030, 0x555555, 0x7c7c7c, 0xa6a6a6, 0xd1d1d1, 0xffffff},
		Magnitude: []uint32{0x282828, 0x575757, 0x8b8b8b, 0xc4c4c4, 0xffffff},
	}

	monoLight = Theme{
		Name: "mono-light",

		Text:   Color{0x303030, 236, 0},
		Muted:  Color{0x626262, 241, 0},
		Faint:  Color{0xa8a8a8, 248, 8},
		Accent: Color{0x000000, 16, 0},
		Border: Color{0xb2b2b2, 249, 8},
		Focus:  Color{0x000000, 16, 0},
		Good:   Color{0x303030, 236, 0},
		Warn:   Color{0x000000, 16, 0},
		Bad:    Color{0x000000, 16, 0},

		SpinUp:   Color{0x262626, 235, 0},
		SpinDown: Color{0xd0d0d0, 252, 7},

		Ground: 0xebebeb,

		Curve:    Color{0x000000, 16, 0},
		Exact:    Color{0x6c6c6c, 242, 8},
		Latent:   Color{0x000000, 16, 0},
		Physical: Color{0x3a3a3a, 237, 8},

		Signed:    []uint32{0xf9f9f9, 0xd7d7d7, 0xb5b5b5, 0x959595, 0x777777, 0x595959, 0x3d3d3d, 0x232323, 0x070707},
		Magnitude: []uint32{0xebebeb, 0xababab, 0x6f6f6f, 0x393939, 0x070707},
	}
)
