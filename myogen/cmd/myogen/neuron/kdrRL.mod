TITLE Delayed rectifier of the Powers 2017 motor neuron

COMMENT
Powers and Heckman (2017), J Neurophysiol 117:1171.
ENDCOMMENT

NEURON {
    SUFFIX kdrRL
    USEION k READ ek WRITE ik
    RANGE gMax
    GLOBAL mVh, mslp, tVh, tslp, tmin, taumax
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gMax = 0.015 (S/cm2)
    mVh = -21 (mV)
    mslp = 20 (mV)
    tVh = -39 (mV)
    tslp = 5.5 (mV)
    tmin = 0.8 (ms)
    taumax = 20 (ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    minf mtau (ms)
}

STATE { m }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ik = gMax*m^4*(v - ek)
}

INITIAL {
    rates(v)
    m = minf
}

DERIVATIVE gates {
    rates(v)
    m' = (minf - m)/mtau
}

PROCEDURE rates(v (mV)) {
    LOCAL b
    minf = 1/(1 + exp(-(v - mVh)/mslp))
    b = exp((v - tVh)/tslp)
    mtau = tmin + taumax*b/((1 + b)*(1 + b))
}
