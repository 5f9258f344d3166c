package model

import (
	"fmt"
	"os"
	"strings"

	"neuralrg/model/internal/kernel"
)

// Implementations names the implementations of the inner loops that this
// machine can run, the fastest first.
func Implementations() (names []string) {
	for _, k := range kernel.Implementations() {
		names = append(names, k.Name)
	}
	return names
}

// kernels are the inner loops in use: those that the environment variable
// NEURALRG_KERNELS names, or else the fastest of this machine.
var kernels, kernelsRefused = choose(os.Getenv("NEURALRG_KERNELS"))

// choose finds kernels by name, and falls back to the fastest.
func choose(name string) (*kernel.Set, error) {
	all := kernel.Implementations()
	if name == "" {
		return all[0], nil
	}
	for _, k := range all {
		if k.Name == name {
			return k, nil
		}
	}
	return all[0], &kernelError{name}
}

// Kernels names the implementation of the inner loops in use. Results are the
// same bit for bit only where it is the same.
func Kernels() string { return kernels.Name }

// KernelsRefused is the error of a NEURALRG_KERNELS that names none of the
// Implementations, and nil otherwise.
func KernelsRefused() error { return kernelsRefused }

// UseKernels makes every flow compute with one of the Implementations from now
// on. It is for comparing them: no flow may be at work meanwhile.
func UseKernels(name string) error {
	k, err := choose(name)
	if err == nil {
		kernels = k
	}
	return err
}

// kernelError is a wish for kernels that this machine does not have.
type kernelError struct{ name string }

func (e *kernelError) Error() string {
	return fmt.Sprintf("kernels %q are not among those of this machine", e.name)
}

// Hint says which there are.
func (e *kernelError) Hint() string {
	return "choose one of " + strings.Join(Implementations(), ", ")
}
