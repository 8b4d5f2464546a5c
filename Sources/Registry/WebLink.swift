/// One link in the header of an answer (RFC 8288): `</v2/app/referrers/sha256:…?last=…>; rel="next"`.
struct WebLink {
    /// As it is written, between the angle brackets.
    let target: String
    /// The relation types, in lower case.
    private(set) var relations: [String] = []

    /// Where the first link of relation `next` leads; nil if there is none. What does not have the form of a link ends the
    /// field that it stands in.
    static func next(in fields: [String]) -> String? {
        for field in fields {
            var rest = Array(field.utf8)[...]
            while let link = WebLink(&rest) {
                if link.relations.contains(where: { $0.utf8.elementsEqual("next".utf8) }) { return link.target }
            }
        }
        return nil
    }

    /// Takes one link off the front; nil if none stands there.
    private init?(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { WebLink.isBlank($0) || $0 == UInt8(ascii: ",") }
        guard rest.first == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        target = String(decoding: rest[rest.index(after: rest.startIndex)..<end], as: UTF8.self)
        rest = rest[end...].dropFirst().drop(while: WebLink.isBlank)
        while rest.first == UInt8(ascii: ";") {
            rest = rest.dropFirst().drop(while: WebLink.isBlank)
            let name = WebLink.token(&rest).lowercased()
            var value = ""
            if rest.first == UInt8(ascii: "=") {
                rest = rest.dropFirst()
                value = rest.first == UInt8(ascii: "\"") ? WebLink.quoted(&rest) : WebLink.token(&rest)
            }
            rest = rest.drop(while: WebLink.isBlank)
            // RFC 8288 section 3.3: of several `rel` only the first counts.
            guard name.utf8.elementsEqual("rel".utf8), relations.isEmpty else { continue }
            relations = value.lowercased().split(separator: " ").map(String.init)
        }
    }

    private static func token(_ rest: inout ArraySlice<UInt8>) -> String {
        let token = rest.prefix { !isBlank($0) && !"=;,\"".utf8.contains($0) }
        rest = rest[token.endIndex...]
        return String(decoding: token, as: UTF8.self)
    }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String {
        rest = rest.dropFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            if let escaped = rest.popFirst() { text.append(escaped) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
