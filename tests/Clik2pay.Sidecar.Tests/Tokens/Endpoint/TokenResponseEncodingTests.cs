using System.IO.Compression;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Tokens.Endpoint;

/// <summary>Token responses that are compressed or begin with a byte order mark.</summary>
public sealed class TokenResponseEncodingTests : IAsyncLifetime
{
    private const string Token = """{"access_token":"a","expires_in":3600,"token_type":"Bearer"}""";
    private const string Error = """{"error":"invalid_client"}""";

    private FakeTokenEndpoint endpoint = null!;

    public async ValueTask InitializeAsync() => endpoint = await FakeTokenEndpoint.StartAsync();

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Fact]
    public async Task A_gzip_token_response_is_decompressed_and_the_request_accepts_gzip_and_deflate()
    {
        var result = await CallAsync(200, Gzip(Encoding.UTF8.GetBytes(Token)), "gzip");

        Assert.Equal("a", result.Value);
        Assert.Equal("gzip, deflate", Assert.Single(endpoint.Received).Headers.AcceptEncoding);
    }

    [Fact]
    public async Task A_deflate_token_response_is_decompressed()
    {
        using var compressed = new MemoryStream();
        await using (var zlib = new ZLibStream(compressed, CompressionMode.Compress))
            await zlib.WriteAsync(Encoding.UTF8.GetBytes(Token));

        Assert.Equal("a", (await CallAsync(200, compressed.ToArray(), "deflate")).Value);
    }

    [Fact]
    public async Task A_gzip_error_is_decompressed() =>
        Assert.Equal(FailureKind.Refused, (await CallAsync(400, Gzip(Encoding.UTF8.GetBytes(Error)), "gzip")).Failure?.Kind);

    [Fact]
    public async Task The_size_limit_counts_decompressed_bytes()
    {
        var padded = Token + new string(' ', TokenEndpointClient.MaxResponseLength - Token.Length);

        var longest = await CallAsync(200, Gzip(Encoding.UTF8.GetBytes(padded)), "gzip");
        var tooLong = await CallAsync(200, Gzip(Encoding.UTF8.GetBytes(padded + " ")), "gzip");

        Assert.True(longest.IsSuccess);
        Assert.Equal(FailureKind.InvalidResponse, tooLong.Failure?.Kind);
        Assert.Contains("more than 64 KiB", tooLong.Failure!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gzip_bomb_is_refused_at_the_size_limit()
    {
        var bomb = Gzip(new byte[48 * 1024 * 1024]);
        Assert.InRange(bomb.Length, 1, TokenEndpointClient.MaxResponseLength);

        var result = await CallAsync(200, bomb, "gzip");

        Assert.Equal(FailureKind.InvalidResponse, result.Failure?.Kind);
        Assert.Contains("more than 64 KiB", result.Failure!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "gzip")]
    [InlineData(200, "deflate")]
    [InlineData(400, "gzip")]
    [InlineData(503, "gzip")]
    public async Task A_body_that_does_not_match_its_Content_Encoding_is_an_invalid_response(int status, string encoding)
    {
        var failure = (await CallAsync(status, Encoding.UTF8.GetBytes(Token), encoding)).Failure;

        Assert.Equal(FailureKind.InvalidResponse, failure?.Kind);
        Assert.Contains("does not match its Content-Encoding header", failure!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_gzip_body_is_an_invalid_response()
    {
        var failure = (await CallAsync(200, Gzip(Encoding.UTF8.GetBytes(Token))[..^12], "gzip")).Failure;

        Assert.Equal(FailureKind.InvalidResponse, failure?.Kind);
    }

    [Fact]
    public async Task A_body_with_a_Content_Encoding_that_was_not_requested_is_an_invalid_response()
    {
        var failure = (await CallAsync(200, [0x1b, 0x3b, 0x00, 0xf8], "br")).Failure;

        Assert.Equal(FailureKind.InvalidResponse, failure?.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    public async Task A_byte_order_mark_is_ignored(string encoding)
    {
        var token = await CallAsync(200, Encode(Token, encoding), encoding);
        var failure = (await CallAsync(400, Encode(Error, encoding), encoding)).Failure;

        Assert.Equal("a", token.Value);
        Assert.Equal(FailureKind.Refused, failure?.Kind);
    }

    [Fact]
    public async Task A_byte_order_mark_alone_is_an_empty_body() =>
        Assert.Contains("an empty body", (await CallAsync(200, Encode("", ""), "")).Failure!.Reason, StringComparison.Ordinal);

    private static byte[] Encode(string text, string encoding)
    {
        byte[] marked = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)];
        return encoding.Length > 0 ? Gzip(marked) : marked;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
            gzip.Write(content);
        return compressed.ToArray();
    }

    private static RequestDelegate Respond(int status, byte[] body, string encoding) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = body.Length;
        if (encoding.Length > 0)
            context.Response.Headers.ContentEncoding = encoding;
        await context.Response.Body.WriteAsync(body);
    };

    private Task<TokenEndpointResult> CallAsync(int status, byte[] body, string encoding)
    {
        endpoint.Fault = Respond(status, body, encoding);
        return TokenEndpointCall.RunAsync(endpoint.Address, SystemDefaults.Time);
    }
}
