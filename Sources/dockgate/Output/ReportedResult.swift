import Cryptography

/// One problem of one image, as services have it that follow it from run to run.
struct ReportedResult: Sendable {
    let image: ReportedImage
    let problem: ReportedFinding
    /// The same in every run, wherever in its file the image moves, and different from that of every other result: SHA-256
    /// in hexadecimal digits.
    let fingerprint: String

    /// Image and reason in lines of text that are fit to be shown.
    var lines: [String] {
        let object = image.object.map { " in \($0.printable)" } ?? ""
        return ["\(image.name.printable)\(object): " + (problem.lines.first ?? "")] + problem.lines.dropFirst()
    }
}

extension CheckReport {
    /// Every problem of every image.
    var results: [ReportedResult] {
        var occurrences: [[UInt8]: Int] = [:]
        return images.flatMap { image in
            image.problems.map { problem in
                let identity = problem.identity(of: image)
                let occurrence = occurrences[identity, default: 0]
                occurrences[identity] = occurrence + 1
                return ReportedResult(
                    image: image, problem: problem,
                    fingerprint: SHA2.sha256(identity + "\u{0}\(occurrence)".utf8).hexadecimal)
            }
        }
    }
}

extension ReportedFinding {
    /// Not the digest, which changes under the same tag, nor the line. However a file is spelled, it is the same.
    fileprivate func identity(of image: ReportedImage) -> [UInt8] {
        Array(
            [image.place?.repositoryPath, image.object, image.path, image.name, policy, check, code].map { $0 ?? "" }
                .joined(separator: "\u{0}").utf8)
    }
}
