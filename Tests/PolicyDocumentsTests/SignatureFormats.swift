import ContentTrust
import Sigstore
import Trust

/// The signature formats that the program has.
let signatureFormats: [any AttestorFormat] = [
    CosignFormat(), ContentTrustFormat(memory: ForgetfulMemory(), clock: { FixtureTests.now }),
]
