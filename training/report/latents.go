package report

import (
	"fmt"

	"neuralrg/model"
)

// members are the latents of a level in the first block, three, and the one that
// remains above the last level, if there is no coarser one.
func members(s model.Shape, level int) []int {
	step := 1 << level
	sites := []int{step, step * s.L, step*s.L + step}
	if level == s.Levels()-1 {
		sites = append(sites, 0)
	}
	return sites
}

// ofLevel are all latents of a level.
func ofLevel(s model.Shape, level int) (sites []int) {
	for site := range s.Sites() {
		if s.Level(site) == level {
			sites = append(sites, site)
		}
	}
	return sites
}

// remains says whether a latent is what remains above the last level.
func remains(s model.Shape, site int) bool {
	last := 1<<s.Levels() - 1
	return site/s.L&last == 0 && site%s.L&last == 0
}

// place names a latent by its row and column.
func place(s model.Shape, site int) string { return fmt.Sprintf("z(%d, %d)", site/s.L, site%s.L) }

// levelName names a level, and apart from it what remains above the last.
func levelName(s model.Shape, site int) string {
	if remains(s, site) {
		return "coarsest"
	}
	return fmt.Sprintf("level %d", s.Level(site))
}

// oneOfEach are the coarsest latent and one of each level, the coarsest first.
func oneOfEach(s model.Shape) []int {
	latents := []int{0}
	for level := s.Levels() - 1; level >= 0; level-- {
		latents = append(latents, members(s, level)[0])
	}
	return latents
}
