import PolicyEngine
import Trust

extension Envelope.Kind {
    /// What documents of this kind say, in one sentence.
    var summary: String {
        switch self {
        case .imagePolicy: "which images, where; which checks must hold; what happens when one does not"
        case .attestor: "who is believed: trust material and identities of one signature format, under a name"
        case .policyException: "a dated, owned and approved hole in one named check of one policy"
        case .exemption: "namespaces, or images in them, that the gate does not judge at all"
        case .policyTests: "what policies must decide, case by case, in a file of their own beside them"
        case .gateConfiguration: "the daemon's own settings, in a file outside of the policy directory"
        }
    }

    /// The shape of `spec`, which the loader holds documents against.
    ///
    /// - Parameter formats: the signature formats that attestors may use.
    func specification(_ formats: [any AttestorFormat]) -> ObjectType {
        switch self {
        case .imagePolicy: ImagePolicy.specification
        case .attestor:
            ObjectType(
                formats.map { Field($0.name, .object($0.fields), $0.summary) }, exactlyOneOf: [formats.map(\.name)])
        case .policyException: PolicyException.specification
        case .exemption: Exemption.specification
        case .policyTests: PolicyTests.specification
        case .gateConfiguration: GateConfiguration.fields
        }
    }
}
