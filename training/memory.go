package training

import "neuralrg/physics"

// Memory is about how many bytes a Trainer of a valid configuration takes on so
// many threads: for each the tapes and fields of one shard and what its energy
// needs, and for each parameter its value, two moments and a gradient of every
// shard and of all.
func (c Config) Memory(threads int) int {
	const float32Size, float64Size = 4, 8
	parts := min(shards, c.Batch)
	samples := (c.Batch + parts - 1) / parts
	worker := 2*c.TapeBytes(samples) + samples*(6*float32Size*c.Sites()+5*float64Size) + physics.EvalBytes(c.L)
	parameters := c.Parameters() * float32Size * (parts + 4)
	return min(max(threads, 1), parts)*worker + parameters + c.Batch*float64Size
}
