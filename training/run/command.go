package run

// Kind names what a Command asks for.
type Kind string

// The closed set of commands.
const (
	Pause      Kind = "pause"
	Resume     Kind = "resume"
	SetRate    Kind = "set-rate"    // Value: the new base learning rate
	SetSampler Kind = "set-sampler" // Sampler
	Redraw     Kind = "redraw"      // fresh latents for the lattice
	Respond    Kind = "respond"     // Latent: compute its response; comes back in a later Snapshot
	Save       Kind = "save"        // write a checkpoint now
	Stop       Kind = "stop"        // save and end
)

// Command asks a run for something. It is plain data: it can cross a socket.
type Command struct {
	Kind    Kind    `json:"kind"`
	Value   float64 `json:"value,omitempty"`
	Latent  int     `json:"latent,omitempty"`
	Sampler Sampler `json:"sampler,omitempty"`
}
