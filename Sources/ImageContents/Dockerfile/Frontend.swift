/// The image that the builder runs to read a Dockerfile.
struct Frontend {
    let image: String
    /// The line that names it; 1 if a build argument does.
    let line: Int

    /// Those whose reading is that of `Dockerfile`.
    private static let names = ["", "docker.io/", "index.docker.io/"].flatMap {
        ["\($0)docker/dockerfile", "\($0)docker/dockerfile-upstream"]
    }

    var isKnown: Bool { Frontend.names.contains { $0.utf8.elementsEqual(name) } }

    /// To versions before 1.4, of 2022, the lines of a here-document are instructions.
    var knowsHereDocuments: Bool {
        guard isKnown else { return true }
        let tag = image.utf8.dropFirst(name.count + 1).prefix { $0 != UInt8(ascii: "@") }
        guard image.utf8.dropFirst(name.count).first == UInt8(ascii: ":") else { return true }
        let numbers = tag.split { ".-".utf8.contains($0) }.map { Int(String(decoding: Array($0), as: UTF8.self)) }
        switch (numbers.first ?? nil, numbers.dropFirst().first ?? nil) {
        case (0?, _): return false
        case (1?, let minor?): return minor >= 4
        default: return !tag.elementsEqual("experimental".utf8)
        }
    }

    private var name: Substring.UTF8View { image.utf8.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "@") } }
}
