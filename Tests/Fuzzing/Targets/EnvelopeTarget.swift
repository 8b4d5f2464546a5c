import Cryptography
import StrictJSON

@testable import Sigstore

/// An envelope that is read prints to one that reads the same. Whoever signs it has signed its type and its payload, and
/// nothing else.
enum EnvelopeTarget {
    static func run(_ input: [UInt8]) {
        let envelope: DSSEEnvelope
        do throws(FormatError) { envelope = try DSSEEnvelope(parsing: input) } catch {
            hold(error.description.utf8.count < 16_384, "an error is short")
            return
        }
        hold((try? DSSEEnvelope(parsing: envelope.printed)) == envelope, "parse(print(x)) == x")
        hold(
            envelope.preAuthenticationEncoding.suffix(envelope.payload.count).elementsEqual(envelope.payload),
            "the payload is signed")
        checkSignatures(envelope)
        checkStatement(envelope)
    }

    private static func checkSignatures(_ envelope: DSSEEnvelope) {
        guard let key = privateKey,
            let signature = try? key.sign(envelope.preAuthenticationEncoding, scheme: .ecdsa(.sha256))
        else { return hold(false, "a key signs") }
        hold(envelope.signers(among: [key.publicKey]).isEmpty, "nobody else signs")
        guard let signed = try? envelope.replacing(payload: envelope.payload, signature: signature) else {
            return hold(false, "what is printed is read")
        }
        hold(signed.signers(among: [key.publicKey, key.publicKey]) == [key.publicKey], "who signed is found, once")
        var payload = envelope.payload
        payload[payload.count / 2] ^= 1
        let changed = try? envelope.replacing(payload: payload, signature: signature)
        hold(changed?.signers(among: [key.publicKey]).isEmpty == true, "another payload is not signed")
    }

    private static func checkStatement(_ envelope: DSSEEnvelope) {
        do throws(FormatError) {
            let statement = try InTotoStatement(payload: envelope.payload, type: envelope.payloadType)
            hold(
                !statement.subjects.isEmpty && statement.subjects.allSatisfy { !$0.digests.isEmpty },
                "it is about something")
            hold(!statement.predicateType.isEmpty, "it is of some type")
        } catch {
            hold(error.description.utf8.count < 16_384, "an error is short")
        }
    }

    private static let privateKey = try? PrivateKey.generate(.ecdsaP256)
}

extension DSSEEnvelope {
    fileprivate var printed: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The same type with another payload and this one signature.
    fileprivate func replacing(payload: [UInt8], signature: [UInt8]) throws(FormatError) -> DSSEEnvelope {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("payload", Base64.encode(payload))
        writer.member("payloadType", payloadType)
        writer.key("signatures")
        writer.beginArray()
        writer.beginObject()
        writer.member("sig", Base64.encode(signature))
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return try DSSEEnvelope(parsing: writer.bytes)
    }
}
