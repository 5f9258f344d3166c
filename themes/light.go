package themes

// light is the default on light backgrounds. Its signed map is ColorBrewer's
// PuOr, with orange for positive values as in the spins; magnitudes are in its
// YlGnBu.
var light = Theme{
	Name: "light",

	Text:   Color{0x303030, 236, 0},
	Muted:  Color{0x6c6c6c, 242, 8},
	Faint:  Color{0xa8a8a8, 248, 7},
	Accent: Color{0x005f87, 24, 4},
	Border: Color{0xbcbcbc, 250, 7},
	Focus:  Color{0x005f87, 24, 4},
	Good:   Color{0x4e7a00, 64, 2},
	Warn:   Color{0x9a5b00, 94, 3},
	Bad:    Color{0xaf0000, 124, 1},

	SpinUp:   Color{0xe66101, 166, 9},
	SpinDown: Color{0x5e3c99, 60, 4},

	Ground: 0xececec,

	Curve:    Color{0x005faf, 25, 4},
	Exact:    Color{0xaf5f00, 130, 3},
	Latent:   Color{0x005faf, 25, 4},
	Physical: Color{0x875f87, 96, 5},

	Signed: []uint32{
		0x2d004b, 0x542788, 0x8073ac, 0xb2abd2, 0xd8daeb, 0xf7f7f7,
		0xfee0b6, 0xfdb863, 0xe08214, 0xb35806, 0x7f3b08,
	},
	Magnitude: []uint32{0xececec, 0xc7e9b4, 0x7fcdbb, 0x41b6c4, 0x1d91c0, 0x225ea8, 0x0c2c84},
}
