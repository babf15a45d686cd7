package pic

import (
	"fmt"

	"gomyogen/myogen/units"
)

// Criterion is a condition that spikes have to meet for a quantity to be
// measured from them.
type Criterion string

// The criteria. Those with a threshold have it as a field of Analysis.
const (
	EnoughSpikes     Criterion = "enough spikes"         // for the smoothing of the rate
	Observed         Criterion = "observed"              // recruitment and derecruitment lie within the recording
	Overlap          Criterion = "overlap"               // both units of a pair fire together
	ControlActive    Criterion = "control active"        // the control unit fires as long as the test unit
	Correlation      Criterion = "rate-rate correlation" // the two units share their input
	RecruitmentOrder Criterion = "recruitment interval"  // the control unit is recruited well before
	Modulation       Criterion = "rate modulation"       // the control unit changes its rate
	Saturation       Criterion = "saturation"            // the control unit still speeds up after the test unit is recruited
	RisingRate       Criterion = "rising rate"           // the discharge rises to a peak and falls again
)

// NotMeasurable is the error for a quantity that the spikes do not determine.
type NotMeasurable struct {
	Criterion Criterion // that is not met
	Reason    string    // with the unit and the values
}

func (e NotMeasurable) Error() string {
	return "pic: not measurable (" + string(e.Criterion) + "): " + e.Reason
}

// seconds prints a time of a reason.
func seconds(t units.Time) string { return fmt.Sprintf("%.3f s", t.Seconds()) }
