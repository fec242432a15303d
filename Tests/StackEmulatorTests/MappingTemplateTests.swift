import ExactJSON
import Testing

@testable import StackEmulator

@Suite struct MappingTemplateTests {
    private let scope = MappingScope(
        body:
            #"{"name": "Ann", "age": 41, "tags": ["a", "b"], "deep": {"x y": [1, {"z": true}]}, "quote": "it's \"so\""}"#,
        path: ["id": "p1"], queryString: ["q": "1 2"], headers: ["X-Head": "h", "id": "header"],
        context: ["requestId": "r-1", "identity": ["sourceIp": "1.2.3.4"]], stageVariables: ["colour": "green"])

    // Expected texts follow Velocity's user guide and API Gateway's mapping template reference.
    @Test(
        "templates are filled in",
        arguments: [
            ("plain #text $ 5", "plain #text $ 5"),
            ("$input.json('$.name')", "\"Ann\""), ("$input.path('$.name')", "Ann"),
            ("$input.path('$').age", "41"), ("$input.path('$.tags')[1]", "b"),
            ("$input.json('$.deep')", #"{"x y":[1,{"z":true}]}"#),
            ("$input.json(\"$.deep['x y'][1].z\")", "true"), ("$input.path('$.missing')", ""),
            ("$input.json('$.tags[*]')", #"["a","b"]"#), ("$input.json('$..z')", "[true]"),
            ("$input.params('id')/$input.params('q')/$input.params('x-head')/$input.params('none')", "p1/1 2/h/"),
            ("$input.params().path.id $input.params().header.get('X-Head')", "p1 h"),
            ("$context.requestId $context.identity.sourceIp [$context.none]", "r-1 1.2.3.4 []"),
            ("${stageVariables.colour}!", "green!"), ("$stageVariables.get('colour')", "green"),
            ("$nothing $!nothing ${nothing}.", "$nothing  ${nothing}."),
            ("#set($x = 2 + 3 * 4)$x", "14"), ("#set($x = (2 + 3) * 4)$x", "20"), ("#set($x = 7 % 4 - 1)$x", "2"),
            ("#set($x = \"a$context.requestId\")$x#set($y = 'a$x')$y", "ar-1a$x"),
            ("#set($x = 1)\n#set($y = 2)\n$x$y", "12"),
            ("#if($input.path('$.age') > 40)old#elseif(true)x#{else}young#end", "old"),
            ("#if($none)yes#else no#end", " no"), ("#if(!$none && 'a' == \"a\")yes#end", "yes"),
            ("#if($input.path('$.age') == 41 and 1 <= 2 || $none)yes#end", "yes"),
            ("#foreach($t in $input.path('$.tags'))$foreach.count:$t#if($foreach.hasNext),#end#end", "1:a,2:b"),
            ("#foreach($n in [1..3])$n#if($n == 2)#break#end#end", "12"), ("#foreach($n in [3..1])$n#end", "321"),
            ("#set($m = {'a': 1, 'b': 2})#foreach($k in $m.keySet())$k#end", "ab"),
            ("#set($m = {'a': 1})$m.a$m.put('b', 2)$m.b", "12"),
            ("#set($l = [])#set($ok = $l.add('x'))$l.size() $l.get(0) $ok", "1 x true"),
            ("$util.escapeJavaScript($input.path('$.quote'))", #"it\'s \"so\""#),
            ("$util.base64Encode('hällo')$util.base64Decode('aMOkbGxv')", "aMOkbGxvhällo"),
            ("$util.urlEncode('a b&c/ü')$util.urlDecode('a+b%26')", "a+b%26c%2F%C3%BCa b&"),
            ("$util.parseJson('{\"a\": [1, 2]}').a[1]", "2"),
            ("## comment\na#* b *#c", "ac"), ("a#stop b", "a"),
            ("$input.path('$.name').toUpperCase().substring(0, 2)", "AN"),
            ("$input.path('$.name').replaceAll('[aeiou]', '-')", "Ann"), ("$input.path('$.name').length()", "3"),
        ])
    func fills(_ template: String, _ text: String) throws {
        #expect(try MappingTemplate(template).rendered(scope) == text)
    }

    @Test(
        "what is not emulated or malformed is named when the template is read",
        arguments: [
            ("#macro(x)#end", "#macro"), ("#parse('x')", "#parse"), ("#if(true)", "#end is missing"),
            ("#end", "#end without"), ("a\nb #set($x = )", "line 2"), ("$util.nothing('x')", "nothing"),
            ("#set(x = 1)", "needs a reference"), ("#foreach($x in $y", "expected )"), ("#set($x = 'a)", "no end"),
        ])
    func refuses(_ template: String, _ words: String) {
        do {
            _ = try MappingTemplate(template)
            Issue.record("\(template) was read")
        } catch {
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    @Test("a status and headers can be overridden") func overrides() throws {
        var scope = scope
        let template = try MappingTemplate(
            "#set($context.responseOverride.status = 418)#set($context.responseOverride.header.X-A = 'b')body")
        #expect(try template.render(&scope) == "body")
        #expect(scope.context["responseOverride"] == ["status": 418, "header": ["X-A": "b"]])
    }

    @Test("loops in loops come to an end, and so does deep nesting") func ends() throws {
        let loop = "#foreach($a in [1..10000])#foreach($b in [1..10000])x#end#end"
        #expect(throws: TemplateProblem.self) { try MappingTemplate(loop).rendered(scope) }
        #expect(throws: TemplateProblem.self) {
            try MappingTemplate("#set($x = " + String(repeating: "(", count: 5000) + "1")
        }
        #expect(throws: TemplateProblem.self) { try MappingTemplate(String(repeating: "#if(true)", count: 5000)) }
    }
}
