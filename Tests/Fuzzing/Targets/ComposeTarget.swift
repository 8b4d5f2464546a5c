import Compose
import YAMLDocument

/// Every image has a name, a service and a place in the text; variables change nothing in what has none; the limits hold.
/// The same bytes are read as a file of variables too.
enum ComposeTarget {
    static func run(_ input: [UInt8]) {
        checkEnvironment(input)
        guard let root = try? YAMLStream.parse(input, limits: limits).first else { return }
        let lines = input.count { $0 == 0x0A || $0 == 0x0D } + 1
        let compose: ComposeFile
        do throws(ComposeError) {
            compose = try ComposeFile(root, variables: variables)
        } catch {
            hold((1...lines + 1).contains(error.position.line), "an error is in the text: \(error)")
            hold(error.message.utf8.count < 65_536, "an error is short")
            return
        }
        hold(
            ComposeFile.isRecognized(root) || root["apiVersion"] != nil || root["services"] == nil,
            "what is read is recognized")
        hold(compose.images.count <= ComposeFile.maximumImages, "the limit of images holds")
        for image in compose.images {
            hold(!image.text.isEmpty && image.text.utf8.count <= 8_192, "an image has a name")
            hold((1...lines + 1).contains(image.position.line), "an image stands in the text")
            hold(
                ["services", "jobs"].contains { image.path.utf8.starts(with: "\($0).\(image.service).".utf8) },
                "an image is a service's")
        }
        hold(compose.notices.allSatisfy { (1...lines + 1).contains($0.position.line) }, "a notice stands in the text")
        hold(compose.defaultedVariables.allSatisfy { variables[$0]?.isEmpty ?? true }, "a default counts for no value")
        guard !input.contains(UInt8(ascii: "$")), !input.contains(UInt8(ascii: "\\")) else { return }
        let without = try? ComposeFile(root)
        hold(without?.images.map(\.text) == compose.images.map(\.text), "without variables their values do not matter")
    }

    private static func checkEnvironment(_ input: [UInt8]) {
        do throws(EnvironmentFileError) {
            for (name, value) in try EnvironmentFile(parsing: input).variables {
                hold(!name.isEmpty && !name.contains("="), "a variable has a name")
                hold(value.utf8.count < input.count && !value.contains("\n"), "a value stands on a line of the text")
            }
        } catch {
            hold((1...input.count { $0 == 0x0A } + 1).contains(error.line), "an error is in the text: \(error)")
        }
    }

    private static let variables = ["TAG": "1.0", "EMPTY": ""]
    private static let limits = YAMLLimits(
        maximumBytes: 65_536, maximumDocuments: 8, maximumDepth: 16, maximumNodes: 4_096,
        aliases: .expanded(budget: 1_000), mergeKeys: .applied)
}
