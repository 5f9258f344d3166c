package model

import (
	"fmt"
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

// UseKernels makes every flow compute with one of the Implementations from now
// on. It is for comparing them: no flow may be at work meanwhile.
func UseKernels(name string) error {
	for _, k := range kernel.Implementations() {
		if k.Name == name {
			kernels = k
			return nil
		}
	}
	return &kernelError{name}
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
