package report

import (
	"fmt"
	"image/color"

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

// beside are the other latents of the block of one.
func beside(s model.Shape, site int) (others []int) {
	side := 2 << s.Level(site)
	block := func(at int) int { return (at + side - 1) / side % (s.L / side) } // it ends at a multiple of its side
	for _, other := range ofLevel(s, s.Level(site)) {
		if other != site && block(other/s.L) == block(site/s.L) && block(other%s.L) == block(site%s.L) {
			others = append(others, other)
		}
	}
	return others
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

// latentColumn is the column of a table that has one for each latent.
func latentColumn(site int) string { return fmt.Sprintf("latent_%d [1]", site) }

// levelName names a level, and apart from it what remains above the last.
func levelName(s model.Shape, site int) string {
	if remains(s, site) {
		return "coarsest"
	}
	return fmt.Sprintf("level %d", s.Level(site))
}

// levelHue is the colour of the latents of a level, and of what remains above the
// last.
func levelHue(s model.Shape, site int) color.NRGBA {
	if remains(s, site) {
		return ink
	}
	return hue(s.Level(site))
}

// oneOfEach are the coarsest latent and one of each level, the coarsest first.
func oneOfEach(s model.Shape) []int {
	latents := []int{0}
	for level := s.Levels() - 1; level >= 0; level-- {
		latents = append(latents, members(s, level)[0])
	}
	return latents
}
