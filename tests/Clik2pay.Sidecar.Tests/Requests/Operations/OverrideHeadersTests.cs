using Clik2pay.Sidecar.Requests.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Tests.Requests.Operations;

/// <summary>Headers by which a server could replace the method or the path of a request.</summary>
public sealed class OverrideHeadersTests
{
    [Theory]
    [InlineData("X-HTTP-Method-Override", "X-HTTP-Method-Override")]
    [InlineData("x-http-method-override", "X-HTTP-Method-Override")]
    [InlineData("X_HTTP_METHOD_OVERRIDE", "X-HTTP-Method-Override")]
    [InlineData("XHttpMethodOverride", "X-HTTP-Method-Override")]
    [InlineData("X-HTTP-Method", "X-HTTP-Method")]
    [InlineData("X-HTTP--Method_", "X-HTTP-Method")]
    [InlineData("X-Method-Override", "X-Method-Override")]
    [InlineData("X-Original-Url", "X-Original-URL")]
    [InlineData("_x.original.url", "X-Original-URL")]
    [InlineData("X-Rewrite-URL", "X-Rewrite-URL")]
    public void A_header_is_found_in_each_similar_spelling(string header, string name) => Assert.Equal(name, Find("Accept", header, "X-A"));

    [Theory]
    [InlineData("X-HTTP-Methods")]
    [InlineData("X-HTTP")]
    [InlineData("Method-Override")]
    [InlineData("X-Original-URL-2")]
    [InlineData("X-Request-Id")]
    [InlineData("X-Forwarded-For")]
    public void Other_headers_are_not_found(string header) => Assert.Null(Find(header));

    [Fact]
    public void A_request_without_headers_has_none() => Assert.Null(Find());

    private static string? Find(params string[] headers) =>
        OverrideHeaders.Find(new HeaderDictionary(headers.ToDictionary(header => header, _ => new StringValues("a"))));
}
