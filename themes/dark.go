package themes

// dark is the default. Its signed map is PuOr turned inside out: zero is as
// dark as the background, so that what differs from zero shines. Magnitudes end
// as viridis does.
var dark = Theme{
	Name: "dark",
	Dark: true,

	Text:   Color{0xd0d0d0, 252, 7},
	Muted:  Color{0x8a8a8a, 245, 7},
	Faint:  Color{0x585858, 240, 8},
	Accent: Color{0x5fafd7, 74, 14},
	Border: Color{0x4e4e4e, 239, 8},
	Focus:  Color{0x5fafd7, 74, 14},
	Good:   Color{0x87af5f, 107, 10},
	Warn:   Color{0xd7af5f, 179, 11},
	Bad:    Color{0xd75f5f, 167, 9},

	SpinUp:   Color{0xe66101, 166, 9},
	SpinDown: Color{0x5e3c99, 60, 4},

	Ground: 0x26282b,

	Curve:    Color{0x5fafd7, 74, 14},
	Exact:    Color{0xd7af5f, 179, 11},
	Latent:   Color{0x5fafd7, 74, 14},
	Physical: Color{0xaf87af, 139, 13},

	Signed: []uint32{
		0xc3b1ee, 0x9a7fd1, 0x7352ad, 0x4a3377, 0x191820,
		0x733404, 0xbd5305, 0xee8a2b, 0xfdc888,
	},
	Magnitude: []uint32{0x26282b, 0x304a48, 0x1f6f8b, 0x1f9e89, 0x6ece58, 0xfde725},
}
