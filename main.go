// Neuralrg learns the renormalization group of the two-dimensional Ising model.
package main

func main() {}
