package themes

// aurora is a dark theme of northern lights: mint over violet, with gold.
var aurora = Theme{
	Name: "aurora",
	Dark: true,

	Text:   Color{0xd7d7ff, 189, 7},
	Muted:  Color{0x9b9bbb, 103, 7},
	Faint:  Color{0x5f5f87, 60, 8},
	Accent: Color{0x5fffd7, 86, 14},
	Border: Color{0x5f5f87, 60, 8},
	Focus:  Color{0x5fffd7, 86, 14},
	Good:   Color{0x87ffd7, 122, 10},
	Warn:   Color{0xffd787, 222, 11},
	Bad:    Color{0xff5f5f, 203, 9},

	SpinUp:   Color{0x5fe6b5, 79, 14},
	SpinDown: Color{0x4b2b8c, 54, 4},

	Ground: 0x26242f,

	Curve:    Color{0x5fffd7, 86, 14},
	Exact:    Color{0xffd787, 222, 11},
	Latent:   Color{0x5fffd7, 86, 14},
	Physical: Color{0x8787ff, 105, 13},

	Signed: []uint32{
		0xdec4ff, 0xb78afe, 0x8255d3, 0x4b2b8c, 0x14121e,
		0x004a34, 0x027f5d, 0x06b687, 0x5fe6b5,
	},
	Magnitude: []uint32{0x26242f, 0x4a1a7a, 0x6f4fcf, 0x4f9bd8, 0x4fd8b0, 0xf2ffc4},
}
