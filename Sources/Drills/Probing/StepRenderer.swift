import ExactJSON
import HTTPExchange
import LoadEngine
import ScenarioModel
import Timekeeping

/// Makes a request of a scenario's step, for the few requests that probes and drills send.
struct StepRenderer {
    var baseURL: String
    var variables: [String: String]
    var generator: SplitMix64
    var sequence: Int64 = 0
    /// Begins every UUID.
    var mark: RunMark

    mutating func render(_ step: Step, now: Timestamp) -> HTTPRequest {
        var headers = step.headers.map { HTTPHeader($0.name, text($0.value, now: now, encodingVariables: false)) }
        var body: [UInt8] = []
        switch step.body {
        case .json(let template):
            body = json(template, now: now).serialized()
            if headers.first("content-type") == nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        case .text(let template): body = Array(text(template, now: now, encodingVariables: false).utf8)
        case nil: break
        }
        sequence += 1
        let path = text(step.url, now: now, encodingVariables: true)
        let url = path.hasPrefix("http://") || path.hasPrefix("https://") ? path : baseURL + path
        return HTTPRequest(method: step.method, url: url, headers: headers, body: body)
    }

    private mutating func text(_ template: Template, now: Timestamp, encodingVariables: Bool) -> String {
        var output = ""
        for piece in template.pieces {
            switch piece {
            case .literal(let literal): output += literal
            case .secret(let secret): output += secret.value
            case .expression(let expression):
                let value = self.value(of: expression, now: now)
                output += encodingVariables ? PercentEncoding.encode(value) : value
            }
        }
        return output
    }

    private mutating func json(_ template: JSONTemplate, now: Timestamp) -> JSONValue {
        switch template {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let literal): return .number(literal)
        case .string(let template):
            // An expression that stands alone and means a number is written as one.
            if template.pieces.count == 1, case .expression(let expression) = template.pieces[0], expression.isNumeric {
                return .number(value(of: expression, now: now))
            }
            return .string(text(template, now: now, encodingVariables: false))
        case .array(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(json(element, now: now)) }
            return .array(values)
        case .object(let members):
            var values: [String: JSONValue] = [:]
            for member in members { values[member.name] = json(member.value, now: now) }
            return .object(values)
        }
    }

    private mutating func value(of expression: TemplateExpression, now: Timestamp) -> String {
        switch expression {
        case .uuid: return generator.uuid(mark)
        case .randomInteger(let range): return String(Int64.random(in: range, using: &generator))
        case .sequence: return String(sequence)
        case .timestamp: return now.iso8601
        case .variable(let name): return variables[name] ?? ""
        }
    }
}

extension SplitMix64 {
    /// A version 4 UUID (RFC 9562) of this sequence.
    mutating func uuid(_ mark: RunMark) -> String {
        let high = next() & 0x0FFF | 0x4000
        let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        func hex(_ value: UInt64, _ width: Int) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        return "\(mark.prefix)\(hex(high, 4))-\(hex(low >> 48, 4))-\(hex(low & 0xFFFF_FFFF_FFFF, 12))"
    }
}
