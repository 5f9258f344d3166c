package bench

// Report is what was measured. Times are those of Time; shares are of the peak
// of as many cores as there are threads.
type Report struct {
	System          string           `json:"system"`
	Go              string           `json:"go"`
	Threads         int              `json:"threads"` // the most that were used
	Noisy           bool             `json:"noisy"`   // an epoch was
	Implementations []Implementation `json:"implementations"`
}

// Implementation is what one implementation of the inner loops does, the
// fastest first.
type Implementation struct {
	Name         string       `json:"name"`
	Peak         float64      `json:"peak_gflops"` // multiply-adds of one core, with this implementation's vectors
	Kernels      []Kernel     `json:"kernels"`
	Epochs       []Epoch      `json:"epochs"`
	Trajectories []Trajectory `json:"trajectories"`
	Energy       Energy       `json:"energy"`
	Sizes        []Size       `json:"sizes"`
}

// Kernel is one inner loop on one tile of columns.
type Kernel struct {
	Name string `json:"name"`
	Time        // of a call
	Speed
	Columns     int     `json:"columns"`
	NsPerColumn float64 `json:"ns_per_column"`
}

// Speed counts the floating-point operations of matrix products only.
type Speed struct {
	GFLOPS    float64 `json:"gflops,omitempty"`
	PeakShare float64 `json:"peak_share,omitempty"` // 0..1
}

// speed is that of so many operations in so many seconds.
func speed(flops, seconds float64) Speed { return Speed{GFLOPS: flops / seconds / 1e9} }

// share sets the share of a peak.
func (s *Speed) share(peak float64) { s.PeakShare = s.GFLOPS / peak }

// Epoch is a whole epoch of training.
type Epoch struct {
	Size    int `json:"size"`
	Batch   int `json:"batch"`
	Threads int `json:"threads"`
	Time
	Speed
	Speedup float64 `json:"speedup"` // over one thread
}

// Trajectory is one of latent hybrid Monte Carlo. One that takes long was
// measured with fewer chains than it is given for.
type Trajectory struct {
	Form      string `json:"form"` // of the latents' energy: plain or symmetrised
	Chains    int    `json:"chains"`
	Measured  int    `json:"measured_chains"`
	Leapfrogs int    `json:"leapfrogs"`
	Threads   int    `json:"threads"`
	Time
	Speed
}

// Energy is the Ising energy of a batch with its gradient, per sample.
type Energy struct {
	Size  int `json:"size"`
	Batch int `json:"batch"`
	Time
}

// Size is the cost of an epoch on one size of lattice.
type Size struct {
	Size    int `json:"size"`
	Batch   int `json:"batch"`
	Threads int `json:"threads"`
	Time
	NsPerSiteSample float64 `json:"ns_per_site_sample"`
	Ratio           float64 `json:"ratio"` // to the first size
}
