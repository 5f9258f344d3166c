package themes

// light is the default on light backgrounds. Its signed map is in the hues of
// ColorBrewer's PuOr, with orange for positive values as in the spins;
// magnitudes are much like its YlGnBu. Of the sixteen basic colours only black, blue,
// red and magenta can be read on white in every terminal.
var light = Theme{
	Name: "light",

	Text:   Color{0x303030, 236, 0},
	Muted:  Color{0x5f5f5f, 59, 0},
	Faint:  Color{0xa8a8a8, 248, 8},
	Accent: Color{0x005faf, 25, 4},
	Border: Color{0xb2b2b2, 249, 8},
	Focus:  Color{0x005faf, 25, 4},
	Good:   Color{0x005f5f, 23, 4},
	Warn:   Color{0x875f00, 94, 5},
	Bad:    Color{0xaf0000, 124, 1},

	SpinUp:   Color{0xe66101, 166, 9},
	SpinDown: Color{0x5e3c99, 61, 4},

	Ground: 0xececec,

	Curve:    Color{0x005faf, 25, 4},
	Exact:    Color{0x875f00, 94, 0},
	Latent:   Color{0x005faf, 25, 4},
	Physical: Color{0xaf005f, 125, 5},

	Signed: []uint32{
		0x3e2d70, 0x624aa2, 0x8d73c8, 0xb6a1e1, 0xdfd1f6, 0xf7f7f7,
		0xf5d0b6, 0xda9e72, 0xb87034, 0x8c4701, 0x5b2d00,
	},
	Magnitude: []uint32{0xececec, 0xbfe3c3, 0x7fcdbb, 0x41b6c4, 0x1d91c0, 0x225ea8, 0x0c2c84},
}
