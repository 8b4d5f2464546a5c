public import Trust

extension PolicySet {
    /// The same policies, and one more that is about every image: `attestor` must stand behind it. It refuses and vouches for
    /// nothing, so nothing comes in by it that did not come in before. An exempt image is exempt from it as well.
    ///
    /// The revision stays that of the documents: who asks for more says so with each question.
    ///
    /// - Parameter name: of the policy, of its check and of the attestor.
    public func demanding(_ attestor: any Attestor, as name: String) -> PolicySet {
        let reference = AttestorReference(index: attestors.count, name: name)
        let check = PolicyCheck(name: name, check: SignatureCheck(by: reference), mayVouch: false)
        return PolicySet(
            policies: policies + [ImagePolicy(name: name, checks: [check])], exemptions: exemptions,
            exceptions: exceptions, attestors: attestors + [attestor], revision: revision)
    }
}
