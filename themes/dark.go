package themes

// dark is the default. Its signed map is PuOr turned inside out, violet to
// orange: zero is as dark as the background, so that what differs from zero
// shines. Magnitudes end as viridis does.
var dark = Theme{
	Name: "dark",
	Dark: true,

	Text:   Color{0xd0d0d0, 252, 7},
	Muted:  Color{0x9e9e9e, 247, 7},
	Faint:  Color{0x626262, 241, 8},
	Accent: Color{0x5fafff, 75, 14},
	Border: Color{0x585858, 240, 8},
	Focus:  Color{0x5fafff, 75, 14},
	Good:   Color{0x87d7af, 115, 10},
	Warn:   Color{0xffd787, 222, 11},
	Bad:    Color{0xff5f5f, 203, 9},

	SpinUp:   Color{0xe66101, 166, 9},
	SpinDown: Color{0x5e3c99, 61, 4},

	Ground: 0x26282b,

	Curve:    Color{0x5fafff, 75, 14},
	Exact:    Color{0xffd787, 222, 11},
	Latent:   Color{0x5fafff, 75, 14},
	Physical: Color{0xff87af, 211, 13},

	Signed: []uint32{
		0xd7c6ff, 0xa990fb, 0x735ece, 0x3f3286, 0x191820,
		0x683100, 0xb05701, 0xe78942, 0xfec29a,
	},
	Magnitude: []uint32{0x26282b, 0x304a48, 0x1f6f8b, 0x1f9e89, 0x6ece58, 0xfde725},
}
