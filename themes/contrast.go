package themes

// contrast and its counterpart are for weak eyes and bad screens: nothing that
// is read falls below the strictest level of WCAG 2, a ratio of 7, and frames
// are as plain as that.
var (
	contrast = Theme{
		Name: "contrast",
		Dark: true,

		Text:   Color{0xffffff, 231, 15},
		Muted:  Color{0xd0d0d0, 252, 7},
		Faint:  Color{0x8a8a8a, 245, 7},
		Accent: Color{0x87ffff, 123, 14},
		Border: Color{0x9e9e9e, 247, 7},
		Focus:  Color{0xffff00, 226, 11},
		Good:   Color{0x87ffff, 123, 14},
		Warn:   Color{0xffff00, 226, 11},
		Bad:    Color{0xff875f, 209, 13},

		SpinUp:   Color{0xffff00, 226, 11},
		SpinDown: Color{0x0000af, 19, 4},

		Ground: 0x262626,

		Curve:    Color{0x87ffff, 123, 14},
		Exact:    Color{0xffff00, 226, 11},
		Latent:   Color{0x87ffff, 123, 14},
		Physical: Color{0xff875f, 209, 13},

		Signed: []uint32{
			0xd6e3ff, 0x8bb7ff, 0x067fd8, 0x02487f, 0x000000,
			0x544600, 0x917b00, 0xd0b44b, 0xfde18a,
		},
		Magnitude: []uint32{0x262626, 0x004590, 0xae4ba5, 0xff766e, 0xffc96e, 0xfffae2},
	}

	contrastLight = Theme{
		Name: "contrast-light",

		Text:   Color{0x000000, 16, 0},
		Muted:  Color{0x303030, 236, 0},
		Faint:  Color{0x767676, 243, 8},
		Accent: Color{0x0000d7, 20, 4},
		Border: Color{0x585858, 240, 8},
		Focus:  Color{0x0000d7, 20, 4},
		Good:   Color{0x0000d7, 20, 4},
		Warn:   Color{0x5f005f, 53, 1},
		Bad:    Color{0x870000, 88, 1},

		SpinUp:   Color{0xffaf00, 214, 11},
		SpinDown: Color{0x0000af, 19, 4},

		Ground: 0xececec,

		Curve:    Color{0x0000d7, 20, 4},
		Exact:    Color{0x870000, 88, 0},
		Latent:   Color{0x0000d7, 20, 4},
		Physical: Color{0x5f005f, 53, 1},

		Signed: []uint32{
			0x002545, 0x003f70, 0x066ab7, 0x5098ee, 0xb7cdf8, 0xffffff,
			0xefc3a5, 0xd08447, 0xa25301, 0x623000, 0x391d00,
		},
		Magnitude: []uint32{0xececec, 0x73d6d8, 0x00a3c6, 0x056da8, 0x0b3986, 0x18163f},
	}
)
