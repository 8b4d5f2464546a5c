// What the person who meets a reason can do about it. Whole sentences, as in `ReasonCode+Cause.swift`.

extension ReasonCode {
    /// What the reader can do about it.
    public var cure: String {
        switch self {
        case .referenceInvalid:
            """
            Write it as `registry.example.com/team/app:1.0`. The answer names the part that is wrong, and where in \
            the object it stands.
            """
        case .digestUnsupported:
            "Name the image by its `sha256` digest, as registries print it."
        case .sourceUntrusted:
            """
            Use the image from a source that the answer lists, copy it there, or ask the policy's owner to add a \
            pattern for this one.
            """
        case .digestRequired:
            """
            Write `registry.example.com/team/app@sha256:…` into the workload. The tool that pushed the image printed \
            the digest; `docker buildx imagetools inspect IMAGE` shows it.
            """
        case .tagDenied:
            "Name a release tag, or a digest without a tag."
        case .forbidden:
            "Use another build. The answer gives the policy's reason; only its owner can lift it."
        case .notVouched:
            """
            Use an image that a policy covers, or have its registry or its signers added to one. What vouches is \
            `trustedRegistries`, `signature`, `attestation` or `insecureAcceptAnything`, in a policy and a check with \
            `enforcement: deny`; `dockgate policy lint` warns of a set in which nothing does.
            """
        case .imageNotFound:
            """
            Correct the name or push the image. That something is missing is remembered for ten seconds, so wait that \
            long after a push.
            """
        case .manifestInvalid:
            """
            Build and push the image again. If the same tool gives the same answer, look for a proxy or a registry \
            that changes what it stores.
            """
        case .manifestUnsupported:
            "Push the image with a current tool, which writes an OCI or a Docker schema 2 manifest."
        case .digestMismatch:
            """
            Do not pull from this registry until it is known why its content changed: a mirror or proxy in between, \
            damaged storage, or somebody who replaces images.
            """
        case .limitExceeded:
            """
            Make it smaller, or remove what is too many, such as old signatures under the image's `.sig` tag or what refers \
            to the image. The answer names the bound.
            """
        case .signatureMissing:
            """
            Have the release pipeline sign the image's digest, where the attestor looks for signatures: beside the \
            image, or in its `repository`. The answer has the `cosign` command. That a signature is missing is \
            remembered for ten seconds.
            """
        case .signatureMalformed:
            "Sign the image again. The answer says what is wrong."
        case .signatureInvalid:
            """
            Sign the image with a key of the attestor, or add the public key of whoever signed it to the attestor's \
            `keys`. A certificate whose key did not sign: sign again.
            """
        case .signatureForOtherImage:
            """
            Sign this image. If nobody on your side copied the signature, treat it as an attempt to pass one image \
            off as another.
            """
        case .signatureForOtherRepository:
            """
            Sign the image under the name by which it is used. If images are copied between registries on purpose, \
            write `identity: ignore` in the attestor.
            """
        case .tooFewSigners:
            "Have the others sign. The answer names the attestors that are counted, and what was found for each."
        case .certificateInvalid:
            """
            Compare the trusted root of the attestor with the Sigstore that signs: private instances need their own \
            `trusted_root.json`. `dockgate inspect certificate` shows what a certificate says.
            """
        case .identityUntrusted:
            """
            Compare the identity in the answer with `identities` of the attestor. If the signer is right, correct the \
            policy; if not, find out who signed.
            """
        case .logEntryInvalid:
            """
            Sign again with a log that the attestor trusts. For keys whose signatures are in no log write \
            `transparencyLog: notRequired`.
            """
        case .timestampInvalid:
            """
            Sign again with a timestamp authority, or a log, that the trusted root of the attestor names.
            """
        case .attestationMissing:
            """
            Attest the image in the pipeline, with `cosign attest --type TYPE`; `dockgate tree IMAGE` shows what it has.
            """
        case .attestationUnfit:
            """
            Compare what the answer says was found with the check. Build the image again where the policy wants it \
            built; an attestation that is too old is made anew by attesting again.
            """
        case .tagNotSigned:
            """
            Sign the tag with `docker trust sign`, by the signers that the answer names, or correct `signers` of the attestor. \
            `docker trust inspect` lists who has signed what.
            """
        case .trustMetadataInvalid:
            """
            The answer names the document and the step. Compare `rootKeys` of the attestor with the root keys of the \
            repository; if they agree, find out what changed the trust data at the server.
            """
        case .trustMetadataExpired:
            """
            The answer names the document that expired. A timestamp is the server's to renew; everything else is renewed by \
            whoever has its keys, with the next tag that is signed.
            """
        case .trustMetadataRolledBack:
            """
            Find out who took the notary server back to an older state, such as a restored backup, and sign again. If its \
            owner meant it, remove what the gate remembers of the repository.
            """
        case .registryUnavailable:
            """
            Try again. If it lasts: does the registry run, does its name resolve on the gate's host, do network \
            policies and proxies let the gate out? The answer has the error.
            """
        case .registryRateLimited:
            """
            Wait. If it comes back, set `credentials` for the registry, since most registries allow more to those \
            they know, or pull through a mirror of your own.
            """
        case .registryDenied:
            """
            Check the repository's name, and the `credentials` of this registry in the configuration. If its token \
            service has a host of its own that may see them, list it under `tokenRealms`.
            """
        case .registryTLS:
            """
            Renew the certificate. If your own authority signed it, name its `caFile` for this registry in the \
            configuration.
            """
        case .redirectForbidden:
            """
            If the host in the answer belongs to the registry, as a storage service may, add it to the registry's \
            `redirectTo` in the configuration.
            """
        case .addressForbidden:
            """
            If the registry is your own, list it in the configuration with `privateAddress: allowed`, or with \
            `insecureHTTP: true` if it has no TLS. If not, find out who wrote this name into a workload: it is how \
            services inside of a network are reached from outside.
            """
        case .deadlineExceeded:
            """
            Try again: what comes late is kept for the next request. If it lasts, the registry is slow, or \
            `timeoutSeconds` of the webhook is too short.
            """
        case .overloaded:
            "Try again. If it lasts, run more replicas, or find out who asks for so many different images at once."
        case .namespaceUnavailable:
            """
            Try again when the gate can read namespaces. A pattern without a variable, in the same check, lets an image in \
            meanwhile.
            """
        case .trustRootUnavailable:
            """
            `/readyz?verbose` and the log name the mirror and what came of asking it. Let the gate reach it, or write \
            `trustedRoot: {file: …}`. It is tried again within minutes.
            """
        case .trustRootExpired:
            """
            Let the gate reach the mirror. If it does, whoever signs the repository has to sign it anew; the answer names \
            the role that expired. Both are warned of before: in the log and in `/readyz?verbose`.
            """
        case .trustServerUnavailable:
            """
            Try again. If it lasts: does the notary server run, and does the gate reach it? The answer has the error. Images \
            that were signed before are let in as long as what is remembered of them has not expired.
            """
        case .requestInvalid:
            """
            The answer names the field. In a template that a controller fills in later, write a word such as `auto` \
            as the image and list it under `kubernetes.templates.placeholders`.
            """
        case .auditUnavailable:
            """
            The gate's operator makes room on the log's volume or mends its disk. A full disk is forgotten as soon as \
            there is space; after a failed synchronisation the gate has to be restarted. `/readyz` tells when it can \
            record again.
            """
        case .gateUnavailable:
            """
            What was found says how far it came. See that the gate runs and can be reached from here, and that `--ca-file` \
            is the authority of its certificate, then try again.
            """
        case .internalError:
            "Please report it with the record, as `dockgate audit show ID -o json` prints it. Trying again may help."
        }
    }
}
