// Package pic estimates persistent inward currents of motor neurons from their
// spikes alone, with the measures of human motor-unit studies:
//
//   - [DeltaF]: paired motor-unit analysis (Gorassini, Yang, Siu and Bennett
//     2002, J Neurophysiol, doi:10.1152/jn.00024.2001), with the criteria that a
//     pair has to meet;
//   - [Thresholds]: recruitment and derecruitment thresholds, their hysteresis
//     and self-sustained firing;
//   - [Brace]: brace height and the slopes of the rising discharge (Beauchamp et
//     al. 2023, J Neural Eng 20:016034, doi:10.1088/1741-2552/acb1d7).
//
// They are made for contractions in which the input to the pool rises and falls
// slowly, once. Of a recording with several contractions, analyse each on its
// own, from trains sliced to it.
//
// [Analysis] holds the parameters of all three. Its zero value has the usual
// ones, each with its source at its field.
//
// # Not measurable
//
// A quantity that the spikes do not determine is answered with a
// [NotMeasurable], which names the criterion and gives the reason. Input that is
// no recording (spikes out of order, a NaN, a span that ends before it starts)
// is an ordinary error.
//
//	_, err := pic.Analysis{}.Thresholds(train, drive)
//	var reason pic.NotMeasurable
//	if errors.As(err, &reason) { ... reason.Criterion ... }
package pic
