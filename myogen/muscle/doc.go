// Package muscle computes what a muscle makes of the spikes of its motor
// neurons.
//
// [Fuglevand] is the isometric force of a pool of motor units (Fuglevand,
// Winter and Patla 1993, J Neurophysiol 70:2470-2488): every spike adds a
// [Twitch], whose size follows from the interval before it. [Fuglevand.Force]
// takes spike trains that are known, [Stepper] spikes while they come. Muscle mechanics (a Hill
// muscle, a joint) and the sensors in a muscle (spindles, tendon organs) are
// separate models and belong in files of their own beside it.
//
// The model describes a rested muscle at a fixed length. It has no fatigue, no
// potentiation and no tendon, and all its units have the same twitch-tetanus
// ratio. Its default ranges are near those that Milner-Brown, Stein and Yemm
// (1973, J Physiol, "The orderly recruitment of human motor units") measured in
// the first dorsal interosseus: twitches of 0.1 to 10 g, and contraction times of
// 30 to 100 ms, which tend to be shorter in units recruited later.
//
// # Units
//
// Forces are relative by default. The twitch amplitudes of the paper are
// exp(ln(RP) i/n) for unit i = 1 ... n, so the unit of force is the amplitude at
// the lower end of the range, i = 0, and is called the smallest twitch. With
// [Fuglevand.LargestTwitch] set, forces are in newtons.
//
// # Difference from MyoGen
//
// MyoGen 0.12.0 scales a twitch with the same equation, but takes the interval
// before every spike as one sample. Its gain is then one constant for each
// motor unit, its force is proportional to the firing rate, and its pool forces
// are 15 to 36 times smaller: the plateau of the NERLab tutorial pool has a
// mean of 102.7 instead of 3659. This package follows the paper. A test keeps
// both numbers.
package muscle
