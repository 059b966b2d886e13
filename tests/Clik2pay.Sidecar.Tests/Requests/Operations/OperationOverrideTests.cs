using Clik2pay.Sidecar.Requests.Operations;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Tests.Requests.Operations;

/// <summary>Headers and a query parameter by which a server could replace the method or the path of a request.</summary>
public sealed class OperationOverrideTests
{
    [Theory]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("x-http-method-override")]
    [InlineData("X_HTTP_METHOD_OVERRIDE")]
    [InlineData("XHttpMethodOverride")]
    [InlineData("X-HTTP-Method")]
    [InlineData("X-HTTP--Method_")]
    [InlineData("X-HTTP-Verb")]
    [InlineData("X-Method")]
    [InlineData("X-Method-Override")]
    [InlineData("X-Override-Method")]
    [InlineData("X-Original-Method")]
    [InlineData("X-Original-Url")]
    [InlineData("_x.original.url")]
    [InlineData("X-Original-URI")]
    [InlineData("X-Original-Path")]
    [InlineData("X-Rewrite-URL")]
    [InlineData("X-Forwarded-Method")]
    [InlineData("x_forwarded_uri")]
    [InlineData("X-Forwarded-Path")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("method_override")]
    public void A_header_is_found_in_each_similar_spelling(string header) => Assert.True(IsIn("/a", "Accept", header, "X-A"));

    [Theory]
    [InlineData("X-HTTP-Methods")]
    [InlineData("X-HTTP")]
    [InlineData("Method")]
    [InlineData("X-Original-URL-2")]
    [InlineData("X-Request-Id")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("Access-Control-Request-Method")]
    public void Other_headers_are_not_found(string header) => Assert.False(IsIn("/a", header));

    [Theory]
    [InlineData("/a?_method=DELETE")]
    [InlineData("/a?_METHOD=DELETE")]
    [InlineData("/a?_method")]
    [InlineData("/a?b=1&_method=PUT")]
    [InlineData("/a?b=1;_Method=PUT")]
    [InlineData("/a??_method=PUT")]
    [InlineData("/a?%5Fmethod=PUT")]
    [InlineData("/a?%255Fmetho%64=PUT")]
    [InlineData("/a?b=%26_method=PUT")]
    [InlineData("/a?b=1&_m%65thod%3DPUT")]
    [InlineData("/a?_method%00b=PUT")]

    // PHP removes spaces before a name, and reads a dot as an underscore.
    [InlineData("/a?.method=PUT")]
    [InlineData("/a?+_method=PUT")]
    [InlineData("/a?%20_method=PUT")]
    public void The_parameter_is_found_as_written_and_decoded(string target) => Assert.True(IsIn(target));

    [Theory]
    [InlineData("/a")]
    [InlineData("/a?")]
    [InlineData("/a?=")]
    [InlineData("/_method=PUT")]
    [InlineData("/a/_method")]
    [InlineData("/a?method=INTERAC")]
    [InlineData("/a?payment_method=INTERAC")]
    [InlineData("/a?_methods=1")]
    [InlineData("/a?b=_method")]
    [InlineData("/a?b=100%25&c=%5Fmethod")]
    public void Other_parameters_are_not_found(string target) => Assert.False(IsIn(target));

    [Fact]
    public void The_reference_lists_exactly_these_headers()
    {
        var text = File.ReadAllText(Repository.PathOf("docs", "reference", "callers.md"));
        var section = text[text.IndexOf("### Overrides", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        var names = section.Split('`').Where((_, i) => i % 2 == 1).Where(name => name.Contains('-', StringComparison.Ordinal));

        Assert.Equal(OperationOverride.Headers.All.Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_usual_request_needs_no_memory()
    {
        var headers = Headers("Accept", "Content-Type", "Host", "X-Request-Id");
        Assert.False(OperationOverride.IsIn(headers, "/open/v1/payment-requests?status=PAID&page=2"));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = OperationOverride.IsIn(headers, "/open/v1/payment-requests?status=PAID&page=2");

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(found);
    }

    [Theory]
    [InlineData(null, "/open/v1/a?_method=DELETE")]
    [InlineData("X-HTTP-Method-Override", "/open/v1/a")]
    public async Task By_default_such_a_request_is_forwarded_unchanged(string? header, string target)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        if (header is not null)
            request.Headers.Add(header, "DELETE");

        using var response = await sidecar.Caller.SendAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
        var received = sidecar.Upstream.Single();
        Assert.Equal(target, received.Target);
        Assert.Equal(header is null ? null : "DELETE", (string?)received.Headers[header ?? "X-HTTP-Method-Override"]);
    }

    private static HeaderDictionary Headers(params string[] names) => new(names.ToDictionary(name => name, _ => new StringValues("a")));

    private static bool IsIn(string target, params string[] headers) => OperationOverride.IsIn(Headers(headers), target);
}
