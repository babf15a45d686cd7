package muscle

import (
	"fmt"
	"math"

	"gomyogen/myogen/units"
)

// MotorUnit computes the force of one motor unit while its spikes arrive, for
// use in a closed loop; [Fuglevand.Force] does the same for spike trains that
// are known. It keeps three numbers, however long it runs. A copy continues
// where the original stood.
//
// The zero value has no twitch: set Twitch first.
type MotorUnit struct {
	Twitch Twitch

	// The force at t >= at is e Amplitude (q + r u) exp(-u), u = (t - at)/T: the
	// twitch is the impulse response of two equal first-order stages, r and q.
	at   units.Time // of the last spike
	r, q float64
	any  bool // whether there was a spike
}

// Spike adds the twitch of a spike at time t. The spikes must come in rising
// order.
func (m *MotorUnit) Spike(t units.Time) error {
	if err := m.Twitch.check(); err != nil {
		return fmt.Errorf("muscle: %w", err)
	}
	if math.IsNaN(float64(t)) || math.IsInf(float64(t), 0) {
		return fmt.Errorf("muscle: spike at %v", t)
	}
	if m.any && t <= m.at {
		return fmt.Errorf("muscle: spike at %v after the one at %v, must be later", t, m.at)
	}
	m.spike(t)
	return nil
}

func (m *MotorUnit) spike(t units.Time) {
	g := 1.0
	if m.any {
		g = m.Twitch.Gain(t - m.at)
		m.r, m.q = m.state(t)
	}
	m.r += g
	m.at, m.any = t, true
}

// state returns r and q at t, if no spike comes before.
func (m *MotorUnit) state(t units.Time) (r, q float64) {
	u := float64((t - m.at) / m.Twitch.ContractionTime)
	e := math.Exp(-u)
	return e * m.r, e * (m.q + m.r*u)
}

// Force returns the force at time t. It panics if t is before the last spike.
func (m *MotorUnit) Force(t units.Time) float64 {
	if !m.any {
		return 0
	}
	if t < m.at {
		panic(fmt.Sprintf("muscle: Force at %v, before the spike at %v", t, m.at))
	}
	_, q := m.state(t)
	return math.E * m.Twitch.Amplitude * q
}
