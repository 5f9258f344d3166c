package themes

// polar is a second dark theme, in red and blue: spins as in the palette of
// Okabe and Ito, the blue darker; fields in ColorBrewer's RdBu turned inside out;
// magnitudes end as inferno does.
var polar = Theme{
	Name: "polar",
	Dark: true,

	Text:   Color{0xdadada, 253, 15},
	Muted:  Color{0x949494, 246, 7},
	Faint:  Color{0x5f5f5f, 59, 8},
	Accent: Color{0x5fd7af, 79, 10},
	Border: Color{0x4e4e4e, 239, 8},
	Focus:  Color{0x5fd7af, 79, 10},
	Good:   Color{0x5faf87, 72, 2},
	Warn:   Color{0xd7af5f, 179, 11},
	Bad:    Color{0xff5f5f, 203, 9},

	SpinUp:   Color{0xd55e00, 166, 9},
	SpinDown: Color{0x00528f, 24, 4},

	Ground: 0x26282b,

	Curve:    Color{0x5fd7af, 79, 10},
	Exact:    Color{0xd7af5f, 179, 11},
	Latent:   Color{0x5fd7af, 79, 10},
	Physical: Color{0xd787af, 175, 13},

	Signed: []uint32{
		0xb4dbef, 0x6fb3d6, 0x2f79b5, 0x174a78, 0x15181d,
		0x6f1622, 0xb9303a, 0xe0795e, 0xf8c4a9,
	},
	Magnitude: []uint32{0x26282b, 0x4f3345, 0x932667, 0xdd513a, 0xfca50a, 0xfcffa4},
}
