package membrane

// background is fluctuating background input into the soma, mechanism Gfluctdv
// (Destexhe, Rudolph, Fellous and Sejnowski 2001, Neuroscience 107:13): an
// excitatory and an inhibitory conductance in uS that the engine sets before
// each step. Their random process belongs to the caller.
type background struct{ excitatory, inhibitory float64 }

// current adds the current at v (mV) to a row:
//
//	i = ge (v-ee) + gi (v-ei)
//
// with the reversal potentials ee and ei in mV; perArea is 100/area, from nA to
// mA/cm2.
func (b *background) current(r row, v, ee, ei, perArea float64) row {
	if absent(b.excitatory, b.inhibitory) {
		return r
	}
	i := float64(b.excitatory*(v-ee)) + float64(b.inhibitory*(v-ei)) // nA
	iProbe := float64(b.excitatory*(v+probe-ee)) + float64(b.inhibitory*(v+probe-ei))
	return row{r.rhs - float64(i*perArea), r.d + float64((iProbe-i)/probe*perArea)}
}
