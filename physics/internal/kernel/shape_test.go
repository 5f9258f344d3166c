package kernel

import "testing"

// Data that are too short are a panic in every implementation, and never a read
// or a write behind them.
func TestShapesAreChecked(t *testing.T) {
	var row Row
	rows, field := make([]Row, 64), make([]float32, 64*Lanes)
	column := &Column{}
	for name, run := range map[string]func(k *Set){
		"Fold of a short field":      func(k *Set) { k.Fold(rows[:8], field[:8*Lanes-1], Lanes) },
		"Fold of a wide field":       func(k *Set) { k.Fold(rows[:8], field, 10*Lanes) },
		"Dense of a short matrix":    func(k *Set) { k.Dense(rows[:3], rows[8:12], make([]float64, 11)) },
		"Forward of short columns":   func(k *Set) { k.Forward(&row, rows[:15], 2, 8, column) },
		"Backward of short columns":  func(k *Set) { k.Backward(rows[:15], 2, 8, column) },
		"Backward of wide columns":   func(k *Set) { k.Backward(rows, 10, 8, column) },
		"Site of a short field":      func(k *Set) { k.Site(field, rows[:8], field[:8*Lanes-1], Lanes, &row, &row) },
		"Site with a short gradient": func(k *Set) { k.Site(field[:8*Lanes-1], rows[:8], field, Lanes, &row, &row) },
	} {
		for _, k := range Implementations() {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: %s is no panic", k.Name, name)
					}
				}()
				run(k)
			}()
		}
	}
}
