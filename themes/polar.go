package themes

// polar is a dark theme in red and blue: spins as in the palette of Okabe and
// Ito, the blue darker; fields in the hues of ColorBrewer's RdBu turned inside
// out; magnitudes are much like inferno.
var polar = Theme{
	Name: "polar",
	Dark: true,

	Text:   Color{0xdadada, 253, 7},
	Muted:  Color{0x9e9e9e, 247, 7},
	Faint:  Color{0x626262, 241, 8},
	Accent: Color{0x5fd7af, 79, 14},
	Border: Color{0x585858, 240, 8},
	Focus:  Color{0x5fd7af, 79, 14},
	Good:   Color{0x5fd7af, 79, 10},
	Warn:   Color{0xffd75f, 221, 11},
	Bad:    Color{0xff5f5f, 203, 9},

	SpinUp:   Color{0xd55e00, 166, 9},
	SpinDown: Color{0x00528f, 24, 4},

	Ground: 0x26282b,

	Curve:    Color{0x5fd7af, 79, 14},
	Exact:    Color{0xffd75f, 221, 11},
	Latent:   Color{0x5fd7af, 79, 14},
	Physical: Color{0x8787d7, 104, 13},

	Signed: []uint32{
		0xa1d5fe, 0x0babf0, 0x0277a9, 0x034463, 0x15181d,
		0x71281c, 0xb5513e, 0xec846e, 0xffc0b2,
	},
	Magnitude: []uint32{0x26282b, 0x5f2560, 0x932667, 0xdd4f4a, 0xff8f4f, 0xffcf5f, 0xfcffa4},
}
