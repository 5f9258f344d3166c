package physics

import (
	"fmt"
	"os"
	"strings"

	"neuralrg/physics/internal/kernel"
)

// kernels are the inner loops in use: those that the environment variable
// NEURALRG_KERNELS names, if this machine has them, else the fastest.
var kernels = func() *kernel.Set {
	if k := implementation(os.Getenv("NEURALRG_KERNELS")); k != nil {
		return k
	}
	return kernel.Implementations()[0]
}()

// implementation is the one with that name, or nil.
func implementation(name string) *kernel.Set {
	for _, k := range kernel.Implementations() {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Kernels names the implementation of the energy's inner loops. Results are the
// same bit for bit only where it is the same.
func Kernels() string { return kernels.Name }

// Implementations names the implementations that this machine can run, the
// fastest first.
func Implementations() (names []string) {
	for _, k := range kernel.Implementations() {
		names = append(names, k.Name)
	}
	return names
}

// UseKernels makes every Ising compute with one of the Implementations from now
// on. It is for comparing them: no Ising may be at work meanwhile.
func UseKernels(name string) error {
	k := implementation(name)
	if k == nil {
		return &invalid{
			fmt.Sprintf("kernels %q are not among those of this machine", name),
			"choose one of " + strings.Join(Implementations(), ", "),
		}
	}
	kernels = k
	return nil
}
