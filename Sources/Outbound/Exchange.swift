import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One request and its answer on one client, with the answer's head checked before its body is read.
struct Exchange {
    let hop: Hop
    let request: OutboundRequest
    let limits: OutboundLimits
    /// What the client allows for connection and handshake.
    let establishment: Duration

    private var host: String { hop.url.authority }

    func run(on client: HTTPClient, within bound: TimeBound) async throws(OutboundError) -> OutboundResponse {
        let answer: HTTPClientResponse
        do {
            answer = try await client.execute(message, deadline: NIODeadline(bound.instant))
        } catch {
            throw translate(error, in: .firstByte, within: bound)
        }
        let headers = try checkedHeaders(of: answer)
        let status = Int(answer.status.code)
        let body: [UInt8]
        if (200...299).contains(status) {
            body = try await read(answer, within: bound)
        } else {
            await discard(answer)
            body = []
        }
        return OutboundResponse(status: status, body: body, url: hop.url, headers: headers)
    }

    private var message: HTTPClientRequest {
        var message = HTTPClientRequest(url: hop.url.text)
        message.headers.add(name: "user-agent", value: "dockgate")
        message.headers.add(name: "accept-encoding", value: "identity")
        for header in request.headers { message.headers.add(name: header.name, value: header.value) }
        if let authorization = hop.authorization { message.headers.add(name: "authorization", value: authorization) }
        switch request.method {
        case .get:
            message.method = .GET
        case .post(let form):
            message.method = .POST
            message.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            message.body = .bytes(ByteBuffer(string: PercentEncoding.form(form)))
        case .postJSON(let bytes):
            message.method = .POST
            message.headers.add(name: "content-type", value: "application/json")
            message.body = .bytes(ByteBuffer(bytes: bytes))
        }
        return message
    }

    private func read(_ answer: HTTPClientResponse, within bound: TimeBound) async throws(OutboundError) -> [UInt8] {
        if let length = answer.headers.first(name: "content-length").flatMap(Int.init), length > request.limit {
            throw .tooLarge(host: host, limit: request.limit)
        }
        var bytes: [UInt8] = []
        do {
            for try await part in answer.body {
                guard part.readableBytes <= request.limit - bytes.count else {
                    throw OutboundError.tooLarge(host: host, limit: request.limit)
                }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch let error as OutboundError {
            throw error
        } catch {
            throw translate(error, in: .body, within: bound)
        }
        return bytes
    }

    /// Reads a short body to its end so that the connection can serve the next request; a longer one is left, which closes
    /// the connection. What it says does not matter, nor whether it ends well.
    private func discard(_ answer: HTTPClientResponse) async {
        guard let length = answer.headers.first(name: "content-length").flatMap(Int.init),
            length <= Exchange.worthDiscarding
        else { return }
        var left = Exchange.worthDiscarding
        do {
            for try await part in answer.body {
                left -= part.readableBytes
                guard left >= 0 else { return }
            }
        } catch {
            return
        }
    }

    /// Reading more than this costs more than a new connection.
    private static let worthDiscarding = 16 * 1024
}

extension Exchange {
    private func checkedHeaders(
        of answer: HTTPClientResponse
    ) throws(OutboundError) -> [(name: String, value: String)] {
        guard answer.headers.count <= limits.headerFields else {
            throw .protocolViolation(host: host, detail: "more than \(limits.headerFields) header fields")
        }
        let headers = answer.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        guard headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) <= limits.headerBytes else {
            throw .protocolViolation(host: host, detail: "more than \(limits.headerBytes) bytes of header")
        }
        try checkFraming(answer.headers, status: Int(answer.status.code))
        return headers
    }

    /// A body whose end is not certain is refused: what is cut off must not look like what was sent.
    private func checkFraming(_ headers: HTTPHeaders, status: Int) throws(OutboundError) {
        let lengths = headers["content-length"]
        let encodings = headers["transfer-encoding"]
        guard lengths.count <= 1, lengths.isEmpty || encodings.isEmpty else {
            throw .protocolViolation(host: host, detail: "the length of the body is given more than once")
        }
        guard !(200...299).contains(status) || !lengths.isEmpty || !encodings.isEmpty else {
            throw .protocolViolation(host: host, detail: "the length of the body is not given")
        }
        let codings = headers[canonicalForm: "content-encoding"]
        guard codings.allSatisfy({ $0.lowercased() == "identity" }) else {
            throw .protocolViolation(host: host, detail: "a compressed body, which was not asked for")
        }
    }
}
