using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>TLS connections to the provider, and the errors for certificates that are not trusted.</summary>
public sealed class ProviderTlsTests
{
    private const string UnknownAuthority = "its certificate is from an unknown authority, or an intermediate certificate is missing; "
        + "for a private authority, set Clik2pay:CaFile.";

    [Fact]
    public async Task With_a_certificate_of_an_unknown_authority_no_request_is_sent_and_no_issuer_is_downloaded()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        using var certificates = new TestCertificates(
            "provider.example", isForLoopback: true, issuerAt: $"http://{elsewhere.LocalEndpoint}/ca");
        using var otherAuthority = new TestCertificates("other.example", isForLoopback: true);
        var calls = 0;
        await using var upstream = await StartAsync(certificates, () => Interlocked.Increment(ref calls));

        Assert.Equal(HttpStatusCode.OK, (await CallAsync(certificates)).StatusCode);
        using var refused = await CallAsync(otherAuthority);

        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        var text = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"could not be trusted: {UnknownAuthority} Nothing was sent", text, StringComparison.Ordinal);
        Assert.Equal(1, calls);
        Assert.False(elsewhere.Pending(), "the issuer's certificate was requested");

        async Task<HttpResponseMessage> CallAsync(TestCertificates trusted)
        {
            await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
            await using var plain = await RecordingUpstream.StartAsync();
            var environment = SidecarProcess.Environment(
                plain,
                tokenEndpoint,
                ("Clik2pay:ApiBaseUrl", upstream.Urls.Single()),
                ("SSL_CERT_FILE", trusted.AuthorityFile),
                ("SSL_CERT_DIR", "/nowhere"));
            await using var program = SidecarProcess.Start(environment, "run");
            using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
            return await caller.GetAsync("/open/v1/a", TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_provider_that_offers_HTTP_2_is_called_with_HTTP_1_1()
    {
        using var certificates = new TestCertificates("provider.example", isForLoopback: true);
        await using var upstream = await StartAsync(certificates, () => { });
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var program = SidecarProcess.Start(
            SidecarProcess.Environment(upstream.Urls.Single(), tokenEndpoint, ("Clik2pay:CaFile", certificates.AuthorityFile)), "run");
        using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };

        Assert.Equal("HTTP/1.1", await caller.GetStringAsync("/open/v1/a", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("unknown authority", UnknownAuthority)]
    [InlineData("wrong name", "its certificate does not match the host name.")]
    [InlineData("expired", "its certificate has expired or is not valid yet (valid from 20")]
    [InlineData("all of them", "or an intermediate certificate is missing; its certificate has expired or is not valid yet")]
    [InlineData("no TLS", "could not be reached: the TLS handshake failed; check that this port uses TLS")]
    public async Task A_failed_handshake_with_the_API_or_the_token_endpoint_is_reported_with_its_cause(string fault, string expected)
    {
        var isExpired = fault is "expired" or "all of them";
        var isUnknown = fault is "unknown authority" or "all of them";
        using var certificates = new TestCertificates(
            "provider.example",
            isForLoopback: fault is not ("wrong name" or "all of them"),
            expiredFor: isExpired ? TimeSpan.FromHours(1) : null);
        using var otherAuthority = new TestCertificates("other.example", isForLoopback: true);
        var requests = 0;
        await using var upstream = new ScriptedUpstream(
            async connection =>
            {
                if (fault == "no TLS")
                    await connection.WriteAsync("220 smtp.example ESMTP\r\n");
                else if (await connection.ReadRequestAsync() is not null)
                    requests++;
            },
            fault == "no TLS" ? null : certificates);
        var address = upstream.Address.Replace("http:", "https:", StringComparison.Ordinal);
        (string, string?) authorities = ("Clik2pay:CaFile", isUnknown ? otherAuthority.AuthorityFile : certificates.AuthorityFile);

        await using var api = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", address), authorities]);
        using var refused = await api.Caller.PostAsync("/open/v1/a", new StringContent("{}"), TestContext.Current.CancellationToken);
        await using var token = await TestSidecar.StartAsync([("Clik2pay:TokenEndpoint", $"{address}/oauth2/token"), authorities]);
        using var withoutToken = await token.Caller.PostAsync("/open/v1/a", new StringContent("{}"), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable), (refused.StatusCode, withoutToken.StatusCode));
        foreach (var response in new[] { refused, withoutToken })
        {
            var problem = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains(expected, problem, StringComparison.Ordinal);
            Assert.Contains("\"sent\":\"no\"", problem, StringComparison.Ordinal);
        }

        Assert.Equal(0, requests);
    }

    private static async Task<WebApplication> StartAsync(TestCertificates certificates, Action called)
    {
        // With offline: true, the test's server does not download the issuer's certificate either.
        var certificate = SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPemFile(certificates.CertificateFile, certificates.KeyFile),
            additionalCertificates: null,
            offline: true);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        var tls = new TlsHandshakeCallbackOptions { OnConnection = _ => new(options) };
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(tls)));
        var app = builder.Build();
        app.Run(context =>
        {
            called();
            return context.Response.WriteAsync(context.Request.Protocol);
        });
        await app.StartAsync();
        return app;
    }
}
