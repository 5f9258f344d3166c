package themes

// safe is a dark theme for colour-blind eyes: blue against orange and yellow
// throughout, which all of them tell apart, and far from each other. Every
// theme keeps apart what must be, this one by twice as much.
var safe = Theme{
	Name: "safe",
	Dark: true,

	Text:   Color{0xdadada, 253, 7},
	Muted:  Color{0x9e9e9e, 247, 7},
	Faint:  Color{0x626262, 241, 8},
	Accent: Color{0x5fafff, 75, 14},
	Border: Color{0x585858, 240, 8},
	Focus:  Color{0x5fafff, 75, 14},
	Good:   Color{0x5fafff, 75, 14},
	Warn:   Color{0xffd700, 220, 11},
	Bad:    Color{0xff8700, 208, 9},

	SpinUp:   Color{0xffaf00, 214, 11},
	SpinDown: Color{0x005f87, 24, 4},

	Ground: 0x26282b,

	Curve:    Color{0x5fafff, 75, 14},
	Exact:    Color{0xffd700, 220, 11},
	Latent:   Color{0x5fafff, 75, 14},
	Physical: Color{0xd75f5f, 167, 9},

	Signed: []uint32{
		0xa4d4ff, 0x07aaf4, 0x0176ac, 0x024465, 0x17191c,
		0x573a00, 0x956706, 0xcd973a, 0xfdc572,
	},
	Magnitude: []uint32{0x26282b, 0x35456c, 0x666970, 0x948e77, 0xc8b866, 0xffee5f},
}
