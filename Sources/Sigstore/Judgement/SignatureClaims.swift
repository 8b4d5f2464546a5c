import Cryptography
import OCI

extension SignedEntity {
    /// A message digest is only a hint, and still has to be right: whoever reads the bundle may look at nothing else.
    func checkHint(of artifact: SigstoreArtifact) throws(SigstoreRefusal) {
        guard case .artifact(let hint?) = content else { return }
        guard let digest = artifact.message.digest(hint.function) else {
            throw SigstoreRefusal(
                .artifact,
                "a signature over a \(hint.function.lowerCaseName) digest, and of the artifact only another is known")
        }
        guard digest == hint.bytes else {
            throw SigstoreRefusal(
                .artifact,
                "a signature of \(hint.function.lowerCaseName):\(hint.bytes.hexadecimal) and not of \(artifact.description)"
            )
        }
    }
}

extension Verified<[UInt8]> {
    /// What the signature says, decoded only here, from what a key vouched for.
    func claim(
        of entity: SignedEntity, about artifact: SigstoreArtifact, as demand: SigstoreDemand
    ) throws(SigstoreRefusal) -> VerifiedEntity.Claim {
        switch entity.content {
        case .artifact:
            if case .attestation = demand {
                throw SigstoreRefusal(
                    .predicateType, "a signature of the artifact alone, expected a statement about it")
            }
            return .artifact
        case .payload:
            return .image(try imageClaim(about: artifact, as: demand))
        case .envelope(let envelope, _):
            return .statement(try statement(of: envelope, about: artifact, as: demand))
        }
    }

    private func imageClaim(
        about artifact: SigstoreArtifact, as demand: SigstoreDemand
    ) throws(SigstoreRefusal) -> VerifiedEntity.ImageClaim {
        let payload: SimpleSigningPayload
        do throws(SimpleSigningError) { payload = try SimpleSigningPayload(self) } catch {
            throw SigstoreRefusal(.statement, error.description)
        }
        guard let digest = artifact.digest(.sha256), digest.description.isSpelled(payload.manifestDigest) else {
            throw SigstoreRefusal(
                .artifact, "a signature of `\(payload.manifestDigest.quoted)` and not of \(artifact.description)")
        }
        if case .attestation = demand {
            throw SigstoreRefusal(.predicateType, "a signature of the image alone, expected a statement about it")
        }
        return VerifiedEntity.ImageClaim(dockerReference: payload.dockerReference)
    }

    /// The type is read from the very statement that verified (CVE-2022-35929, CVE-2022-35930).
    private func statement(
        of envelope: DSSEEnvelope, about artifact: SigstoreArtifact, as demand: SigstoreDemand
    ) throws(SigstoreRefusal) -> InTotoStatement {
        let statement: InTotoStatement
        do throws(FormatError) {
            statement = try InTotoStatement(payload: envelope.payload, type: envelope.payloadType)
        } catch {
            throw SigstoreRefusal(.statement, "a statement that cannot be read: \(error)")
        }
        guard statement.subjects.contains(where: artifact.isNamed) else {
            throw SigstoreRefusal(
                .artifact,
                "a statement about \(statement.subjects.count) subjects, none of them \(artifact.description)")
        }
        switch demand {
        case .any, .attestation(nil): break
        case .attestation(let type?): try statement.check(type)
        case .signature:
            try statement.check(InTotoStatement.signaturePredicateType)
            guard statement.subjects.count == 1 else {
                throw SigstoreRefusal(
                    .statement, "a signature of \(statement.subjects.count) images at once, expected one")
            }
        }
        return statement
    }
}

extension InTotoStatement {
    fileprivate func check(_ type: String) throws(SigstoreRefusal) {
        guard has(predicateType: type) else {
            throw SigstoreRefusal(
                .predicateType, "a statement of the type `\(predicateType.quoted)`, expected `\(type.quoted)`")
        }
    }
}
