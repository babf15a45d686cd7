TITLE Persistent inward calcium current of the Powers 2017 motor neuron's dendrites

COMMENT
Powers and Heckman (2017), J Neurophysiol 117:1171.
ENDCOMMENT

NEURON {
    SUFFIX L_Ca_inact
    NONSPECIFIC_CURRENT icaL
    RANGE gcabar, theta_m, theta_h
    GLOBAL kappa_m, kappa_h, tau_m, tau_h, vca
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gcabar = 1e-5 (S/cm2)
    theta_m = -40 (mV)
    theta_h = 0 (mV)
    kappa_m = -6 (mV)
    kappa_h = 5 (mV)
    tau_m = 40 (ms)
    tau_h = 2500 (ms)
    vca = 80 (mV)
}

ASSIGNED {
    v (mV)
    icaL (mA/cm2)
    minf hinf
}

STATE { m h }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    icaL = gcabar*m*h*(v - vca)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
}

DERIVATIVE gates {
    rates(v)
    m' = (minf - m)/tau_m
    h' = (hinf - h)/tau_h
}

PROCEDURE rates(v (mV)) {
    minf = 1/(1 + exp((v - theta_m)/kappa_m))
    hinf = 1/(1 + exp((v - theta_h)/kappa_h))
}
