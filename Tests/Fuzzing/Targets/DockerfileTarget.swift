import ImageContents

/// Every image has a name and a line of the text, in its order; how lines end and what stands in comments changes nothing;
/// the limits hold.
enum DockerfileTarget {
    static func run(_ input: [UInt8]) {
        let lines = input.count { $0 == 0x0A } + 1
        let dockerfile: Dockerfile
        do throws(DockerfileError) {
            dockerfile = try Dockerfile(parsing: input, buildArguments: arguments)
        } catch {
            hold((1...lines).contains(error.line), "an error is in the text: \(error)")
            hold(error.message.utf8.count < 16_384, "an error is short")
            hold(
                (try? Dockerfile(parsing: input + [0x0A], buildArguments: arguments)) == nil,
                "what is refused stays refused")
            return
        }
        let images = dockerfile.images
        hold(images.count <= Dockerfile.maximumImages, "the limit of images holds")
        hold(
            images.allSatisfy { !$0.text.isEmpty && $0.text.utf8.count <= 65_535 && (1...lines).contains($0.line) },
            "an image has a name and a line of the text")
        hold(zip(images, images.dropFirst()).allSatisfy { $0.line <= $1.line }, "images are in their order")
        hold(dockerfile.notices.allSatisfy { (1...lines).contains($0.line) }, "a notice has a line of the text")
        let endings = input.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        for same in [endings, input + Array("\n# a comment\n".utf8)] {
            let again = try? Dockerfile(parsing: same, buildArguments: arguments).images
            hold(again == images, "the same instructions name the same images")
        }
    }

    private static let arguments = ["GIVEN": "1.0", "EMPTY": "", "TARGETARCH": "amd64"]
}
