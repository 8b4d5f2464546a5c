// What each reason means to the person who meets it. `dockgate explain` prints these texts, and docs/TROUBLESHOOTING.md
// is made of them, so they are whole sentences.

extension ReasonCode {
    /// What has happened.
    public var cause: String {
        switch self {
        case .referenceInvalid:
            """
            The text is not an image reference: it has a scheme such as `https://`, upper case in the repository, a \
            space, or a part that is empty.
            """
        case .digestUnsupported:
            """
            A digest is of an algorithm that Dockgate, or the signature format, has no place for. References may name \
            `sha256` and `sha512`.
            """
        case .sourceUntrusted:
            """
            No pattern of a `trustedRegistries` check matches the image's repository, or the registry was not asked \
            because no policy trusts it.
            """
        case .digestRequired:
            """
            A policy lets in only references that name a digest. A tag can be moved after the decision; a digest is \
            what runs.
            """
        case .tagDenied:
            "The reference has a tag that a policy denies. One with neither tag nor digest has the tag `latest`."
        case .forbidden:
            "A `forbid` check is about this image: somebody stopped it on purpose."
        case .notVouched:
            """
            Nothing speaks against the image, and nothing for it. No policy matches it, or those that match are on \
            trial (`warn`, `audit`) or hold no check that vouches.
            """
        case .imageNotFound:
            "The registry answered, and has no such tag or no such repository."
        case .manifestInvalid:
            """
            What the registry has under this name is no valid manifest: it is broken, or its parts contradict each \
            other, so that two readers could take it for different things.
            """
        case .manifestUnsupported:
            """
            What the registry has under this name is of a kind that Dockgate does not judge, such as Docker's schema \
            1.
            """
        case .digestMismatch:
            "The registry gave other bytes than those whose digest was asked for."
        case .limitExceeded:
            """
            The registry gave more, or something larger, than Dockgate reads: a manifest of more than 4 MiB, more \
            than 100 signatures of one image, a signature's payload that is too long.
            """
        case .signatureMissing:
            """
            The image has no signature, or the policy no longer counts the ones it has because an entry's `until` is \
            past.
            """
        case .signatureMalformed:
            """
            There are signatures, but they are not what the format says: they are damaged, or another tool wrote \
            something else in their place.
            """
        case .signatureInvalid:
            """
            There are signatures, and none was made with a key that the policy believes; or a certificate is there, and the \
            signature beside it was not made with its key.
            """
        case .signatureForOtherImage:
            """
            There are signatures, and the nearest is of another image: it was copied to this one, or the tag is signed for \
            another digest than the registry has under it.
            """
        case .signatureForOtherRepository:
            """
            Somebody who is believed signed these bytes under the name of another repository, or under none where the \
            policy wants a certain one.
            """
        case .tooFewSigners:
            """
            Fewer different signers than the policy asks for. A key that two attestors share counts once, and so does an \
            identity.
            """
        case .certificateInvalid:
            """
            The signature is by a certificate that the trusted root does not vouch for: it was not issued by a trusted \
            authority, not valid when the image was signed, not made for signing, or not in a certificate log.
            """
        case .identityUntrusted:
            """
            The signature is genuine, and by somebody whom the policy does not name: its issuer, its subject or \
            another part of its identity differs.
            """
        case .logEntryInvalid:
            """
            The proof that a transparency log has recorded the signature is missing, is of another signature, or does \
            not verify with the keys of the logs that are trusted.
            """
        case .timestampInvalid:
            """
            Nothing proves when the signature was made, or what should prove it does not verify: no trusted timestamp \
            authority, other bytes, or a time at which something was not valid.
            """
        case .attestationMissing:
            "The image has no attestation of the type that the policy asks for, by those whom it names."
        case .attestationUnfit:
            """
            The image has a genuine attestation of the right type that does not say what the policy asks for, or is \
            older than it allows.
            """
        case .tagNotSigned:
            """
            There is trust data for the repository, all of it verified, and those who have to sign the tag have not: they \
            named it for nothing, or are no signers of the repository.
            """
        case .trustMetadataInvalid:
            """
            The trust data that the notary server gives does not verify: it is broken, signed by other keys than those of its \
            role, not what the metadata above it lists, or under a root that the policy does not trust.
            """
        case .trustMetadataExpired:
            """
            The trust data that the notary server gives has expired. Whoever holds a gate at old trust data could otherwise \
            hide what was revoked since.
            """
        case .trustMetadataRolledBack:
            """
            The notary server gives older trust data than it gave before, or none any more. What its own keys have signed \
            since is missing.
            """
        case .registryUnavailable:
            """
            The registry, or the token service that it names, could not be reached or did not answer as it should. \
            Nothing is known about the image.
            """
        case .registryRateLimited:
            "The registry limits how often it may be asked, and the limit is reached."
        case .registryDenied:
            """
            The registry does not let Dockgate read the repository. Many registries say the same of a repository that \
            does not exist.
            """
        case .registryTLS:
            """
            The registry's certificate is not believed: it is expired, made for another name, or signed by an \
            authority that is not known here.
            """
        case .redirectForbidden:
            "The registry sent the request on to a host that is not listed for it, or too often."
        case .addressForbidden:
            """
            The registry's name stands for a private, loopback, link-local or metadata address, or the registry has \
            no TLS, and the configuration does not allow that for it.
            """
        case .deadlineExceeded:
            "The time that the caller gives for a decision was over before the registry had answered."
        case .overloaded:
            "As many look-ups were under way as there may be at once."
        case .namespaceUnavailable:
            """
            Whether a `trustedRegistries` check holds turns on the namespace or on one of its labels, for which a variable \
            such as `$(namespace.labels.team)` stands in its patterns, and the gate could not find it out.
            """
        case .trustRootUnavailable:
            """
            The trusted root of an attestor lies at a mirror, and the gate has none that it may use: it was never reached, \
            or what it publishes is not what its own metadata, or the pinned root, says.
            """
        case .trustRootExpired:
            """
            The metadata of the mirror that an attestor takes its trusted root from has expired, and it was not renewed. \
            Whoever keeps a gate from the mirror could otherwise hold it at what was revoked since.
            """
        case .trustServerUnavailable:
            """
            The notary server could not be reached or did not answer as it should, and what is remembered of the repository's \
            trust data does not do: there is none, it has expired, or it does not name the image.
            """
        case .requestInvalid:
            """
            It could not be told which images the request brings: the object has another shape than Kubernetes gives \
            it, or is larger than is searched.
            """
        case .auditUnavailable:
            """
            The decision, or the evidence for it, could not be written to the audit log: the disk is full, fails or \
            hangs. In `mode: enforce` no image is let in without a record.
            """
        case .gateUnavailable:
            """
            `dockgate check --server` had no answer from the gate, or one that it cannot believe. Nothing was decided, and \
            no record has this reason.
            """
        case .internalError:
            "A fault in Dockgate itself. It refuses rather than guess."
        }
    }
}
