TITLE Afterhyperpolarisation of the Powers 2017 motor neuron

COMMENT
Powers and Heckman (2017), J Neurophysiol 117:1171: potassium current
activated by calcium in a shell of its own.
ENDCOMMENT

NEURON {
    SUFFIX mAHP
    USEION k READ ek WRITE ik
    USEION ca READ eca WRITE ica
    RANGE gcamax, gkcamax, taur
    GLOBAL mvhalfca, mslpca, mtauca, caix, cainf, depth, fKCa, bKCa
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (mM) = (milli/liter)
    (um) = (micron)
    FARADAY = (faraday) (coulomb)
}

PARAMETER {
    gcamax = 7e-6 (S/cm2)
    gkcamax = 5e-4 (S/cm2)
    taur = 60 (ms)
    mvhalfca = -22 (mV)
    mslpca = 4 (mV)
    mtauca = 2 (ms)
    caix = 2
    cainf = 1e-4 (mM)
    depth = 0.1 (um)
    fKCa = 0.1
    bKCa = 0.1
}

ASSIGNED {
    v (mV)
    ek (mV)
    eca (mV)
    ik (mA/cm2)
    ica (mA/cm2)
    mcainf ninf ntau (ms) influx (mM/ms)
}

STATE { mca n cai (mM) }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ica = gcamax*mca*(v - eca)
    ik = gkcamax*n*(v - ek)
}

INITIAL {
    cai = cainf
    mcainf = 1/(1 + exp(-(v - mvhalfca)/mslpca))
    mca = mcainf
    open(cai)
    n = ninf
}

DERIVATIVE gates {
    mcainf = 1/(1 + exp(-(v - mvhalfca)/mslpca))
    mca' = (mcainf - mca)/mtauca
    influx = -10000*ica/(2*FARADAY*depth)
    if (influx < 0) { influx = 0 }
    cai' = influx + (cainf - cai)/taur
    open(cai)
    n' = (ninf - n)/ntau
}

PROCEDURE open(cai (mM)) {
    LOCAL a
    a = fKCa*(1000*(cai - cainf))^caix
    ntau = 1/(a + bKCa)
    ninf = a*ntau
}
