using System.Net;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Routes.Validation;

public sealed class TransformTests
{
    /// <summary>
    /// Each transform with a resulting header, or with a name without a value if this header is absent. The first character stands for a
    /// request header (&gt;), a response header (&lt;) or a trailer (~).
    /// </summary>
    public static TheoryData<string, string> Working => new()
    {
        { "RequestHeadersCopy=false", ">X-Caller=" },
        { "RequestHeadersCopy=true", ">X-Caller=1" },
        { "RequestHeader=X-New;Set=a", ">X-New=a" },
        { "RequestHeader=X-Caller;Append=a", ">X-Caller=1,a" },
        { "RequestHeaderRemove=X-Caller", ">X-Caller=" },
        { "RequestHeaderRouteValue=X-Rest;Set=rest", ">X-Rest=a" },
        { "RequestHeadersAllowed=X-Caller|Content-Length", ">X-Caller=1" },
        { "RequestHeadersAllowed=X-Other|Content-Length", ">X-Caller=" },
        { "RequestHeaderOriginalHost=false", ">X-Caller=1" },
        { "X-Forwarded=Set", ">X-Forwarded-For=127.0.0.1" },
        { "X-Forwarded=Set;HeaderPrefix=X-F-;For=Off;Proto=Append;Host=Off;Prefix=Remove", ">X-F-Proto=http" },
        { "X-Forwarded=Set;For=Off", ">X-Forwarded-For=" },
        { "Forwarded=proto", ">Forwarded=proto=http" },
        { "Forwarded=proto;Action=Set", ">Forwarded=proto=http" },
        { "Forwarded=for,by;ForFormat=Unknown;ByFormat=Unknown", ">Forwarded=for=unknown;by=unknown" },
        { "ResponseHeadersCopy=false", "<X-Provider=" },
        { "ResponseHeader=X-New;Set=a", "<X-New=a" },
        { "ResponseHeader=X-Provider;Append=a;When=Always", "<X-Provider=2,a" },
        { "ResponseHeaderRemove=X-Provider", "<X-Provider=" },
        { "ResponseHeadersAllowed=X-Provider|Content-Length", "<X-Provider=2" },
        { "ResponseHeadersAllowed=X-Other", "<X-Provider=" },
        { "ResponseTrailersCopy=false", "~X-End=" },
        { "ResponseTrailer=X-New;Set=a", "~X-New=a" },
        { "ResponseTrailerRemove=X-End", "~X-End=" },
        { "ResponseTrailersAllowed=X-End", "~X-End=3" },
        { "ResponseTrailersAllowed=X-Other", "~X-End=" },
    };

    public static TheoryData<string> Refused =>
    [
        "RequestHeaderOriginalHost=true",
        "RequestHeader=Clik2pay-Sidecar-Foo;Set=a",
        "RequestHeader=Content_Length;Set=0",
        "X-Forwarded=7",
        "X-Forwarded=Set;For=7",
        "X-Forwarded=Set;HeaderPrefix=Clik2pay-Sidecar-",
        "Forwarded=",
        "Forwarded=for,nobody",
        "Forwarded=for;ForFormat=99",
        "Forwarded=for;Action=9",
        "ResponseHeader=X-Foo;Set=a;When=7",
        "ResponseHeaderRemove=X-Foo;When=-1",
        "ResponseHeader=clik2pay_sidecar_foo;Set=a",
        "RequestHeader=Host;Set=example.com",
        "RequestHeaderRemove=Authorization",
        "RequestHeader=Content-Length;Set=5",
        "RequestHeadersAllowed=X-Foo|Authorization",
        "RequestHeadersAllowed=Transfer-Encoding",
        "RequestHeader=Connection;Append=X-Foo",
        "RequestHeader=X Foo;Set=a",
        "RequestHeader=X-Foo;Set=a\r\nX-Bar: b",
        "RequestHeader=X-Foo;Append=\u0100",
        "X-Forwarded=Set;HeaderPrefix=",
        "X-Forwarded=Set;HeaderPrefix=a b",
        "ClientCert=X-Cert",
        "ResponseHeader=Clik2pay-Sidecar-Error;Set=no_route",
        "ResponseHeader=Content-Length;Set=5",
        "ResponseHeaderRemove=Transfer-Encoding",
        "ResponseHeadersAllowed=Connection",
        "ResponseTrailer=clik2pay-sidecar-error;Set=a",
        "ResponseTrailer=X-Foo;Set=\n",
        "PathSet=/a",
        "PathPrefix=/open",
        "PathRemovePrefix=/open",
        "PathPattern=/{a}",
        "QueryValueParameter=a;Set=b",
        "QueryRouteParameter=a;Set=rest",
        "QueryRemoveParameter=a",
        "HttpMethodChange=GET;Set=POST",
        "Bogus=a",
        "RequestHeader=X-Foo;Sat=a",
        "RequestHeader=X-Foo;Remove=true",
        "RequestHeaderRouteValue=X-Foo;Set=id",
        "RequestHeader=X-Foo;Set=a;When=Always",
        "Forwarded=proto;ForFormat=Ip",
        "X-Forwarded=Sometimes",
        "RequestHeadersCopy=no",
    ];

    [Theory]
    [MemberData(nameof(Working))]
    public async Task A_supported_transform_has_its_effect(string transform, string expected)
    {
        await using var upstream = new WireUpstream
        {
            Respond = _ => "HTTP/1.1 200 OK\r\nX-Provider: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-End: 3\r\n\r\n",
        };
        await using var sidecar = await TestSidecar.StartAsync(upstream, Settings(transform));
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);

        await connection.SendAsync("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nX-Caller: 1\r\nContent-Length: 2\r\n\r\n{}");
        var response = await connection.ReadResponseAsync();

        Assert.Equal((200, "{}"), (response.Status, response.Text));
        var request = Assert.Single(upstream.Received);
        Assert.Equal("{}", request.Text);
        Assert.Single(request["x-api-key"]);
        Assert.Single(request["Authorization"]);
        var (name, value) = (expected[1..].Split('=', 2)[0], expected.Split('=', 2)[1]);
        var values = expected[0] switch
        {
            '>' => request[name],
            '<' => response[name],
            _ => [.. response.Trailers.Where(trailer => trailer.Name == name).Select(trailer => trailer.Value)],
        };
        Assert.Equal(value, string.Join(',', values).Replace(", ", ",", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_transform_that_has_no_effect_or_breaks_a_guarantee_is_refused_by_name(string transform)
    {
        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(() => TestSidecar.StartAsync(Settings(transform)));

        Assert.Contains(refusal.Errors, error => error.Contains("transform", StringComparison.OrdinalIgnoreCase)
            || error.Contains(transform.Split('=')[0], StringComparison.Ordinal));
        Assert.All(refusal.Errors, error => Assert.DoesNotContain("   at ", error, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_transform_of_YARP_works_or_is_refused()
    {
        var tested = Working.Select(row => row.Data.Item1).Concat(Refused.Select(row => row.Data)).ToList();

        Assert.InRange(YarpSchema.Transforms().Count(), 20, 100);
        foreach (var name in YarpSchema.Transforms())
            Assert.Contains(tested, transform => $";{transform}".Contains($";{name}=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Transforms_add_no_headers_to_the_sidecars_own_responses()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            [("Clik2pay:ApiBaseUrl", "http://127.0.0.1:1"), .. Settings("ResponseHeader=X-New;Set=a;When=Always")]);

        var response = await sidecar.Caller.GetAsync("/open/v1/a");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.False(response.Headers.Contains("X-New"));
    }

    private static IEnumerable<(string, string?)> Settings(string transform) => transform.Split(';')
        .Select(pair => pair.Split('=', 2))
        .Select(pair => ($"ReverseProxy:Routes:api:Transforms:0:{pair[0]}", (string?)pair[1].Replace('|', ';')));
}
