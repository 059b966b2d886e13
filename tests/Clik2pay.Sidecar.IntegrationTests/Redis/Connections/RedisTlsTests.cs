using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.IntegrationTests.Redis.Connections;

/// <summary>TLS connections to a Redis server.</summary>
public sealed class RedisTlsTests
{
    [Fact]
    public async Task A_server_is_trusted_with_the_configured_authority_and_a_name_in_its_certificate()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: true);
        using var otherAuthority = new TestCertificates("redis.example", isForLoopback: true);
        await using var server = await RedisProcess.StartAsync(
            new() { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile }, certificates.Settings);

        using var list = new RedisRig($"{server.Endpoint},ssl=true", caFile: certificates.AuthorityFile);
        using var address = new RedisRig($"rediss://{server.Endpoint}", caFile: certificates.AuthorityFile);
        using var named = new RedisRig($"{server.Endpoint},ssl=true,sslHost=redis.example", caFile: certificates.AuthorityFile);
        using var misnamed = new RedisRig($"{server.Endpoint},ssl=true,sslHost=other.example", caFile: certificates.AuthorityFile);
        using var untrusted = new RedisRig($"{server.Endpoint},ssl=true", caFile: otherAuthority.AuthorityFile);
        using var unknown = new RedisRig($"{server.Endpoint},ssl=true");
        using var clear = new RedisRig($"{server.Endpoint}");

        Assert.Null((await list.CheckAsync()).Reason);
        Assert.Null((await address.CheckAsync()).Reason);
        Assert.Null((await named.CheckAsync()).Reason);
        Assert.Equal(RedisFailure.TlsFailed, (await misnamed.CheckAsync()).Failure);
        Assert.Equal(RedisFailure.TlsFailed, (await untrusted.CheckAsync()).Failure);
        Assert.Contains("from an unknown authority", (await unknown.CheckAsync()).Reason, StringComparison.Ordinal);
        Assert.Contains("Check whether it requires TLS", (await clear.CheckAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_an_empty_CaFile_no_server_is_trusted_and_a_restored_CaFile_is_used_without_a_restart()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: true);
        await using var server = await RedisProcess.StartAsync(
            new() { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile }, certificates.Settings);
        using var folder = new TemporaryFolder();
        var authority = await File.ReadAllTextAsync(certificates.AuthorityFile, TestContext.Current.CancellationToken);
        using var rig = new RedisRig($"{server.Endpoint},ssl=true", caFile: folder.Write("ca.pem", authority));

        folder.Write("ca.pem", "");
        Assert.Equal(RedisFailure.TlsFailed, (await rig.CheckAsync()).Failure);

        folder.Write("ca.pem", authority);
        Assert.Null((await rig.CheckAsync()).Reason);
    }

    [Fact]
    public async Task With_TLS_nothing_is_sent_in_clear_text_to_a_server_without_TLS()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var rig = new RedisRig($"127.0.0.1:{port},ssl=true,password=canary");

        var check = rig.CheckAsync();
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var received = new byte[4096];
        var count = await accepted.GetStream().ReadAsync(received, TestContext.Current.CancellationToken);
        await accepted.GetStream().WriteAsync("-ERR unknown command\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(RedisFailure.TlsFailed, (await check).Failure);
        Assert.Equal(0x16, received[0]); // TLS handshake (RFC 8446, section 5.1)
        Assert.DoesNotContain("canary", Encoding.Latin1.GetString(received, 0, count), StringComparison.Ordinal);
        Assert.False(listener.Pending(), "a second connection was opened");
    }

    [Fact]
    public async Task A_server_without_TLS_is_reported_as_TlsFailed()
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint},ssl=true");

        Assert.Equal(RedisFailure.TlsFailed, (await rig.CheckAsync()).Failure);
    }

    [Fact]
    public async Task A_server_that_requires_a_client_certificate_is_reported_as_TlsFailed()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: true);
        var access = new RedisOptions { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile };
        await using var server = await RedisProcess.StartAsync(access, [.. certificates.Settings, "tls-auth-clients yes"]);
        using var rig = new RedisRig($"{server.Endpoint},ssl=true", caFile: certificates.AuthorityFile);

        var response = await rig.CheckAsync();

        Assert.Equal(RedisFailure.TlsFailed, response.Failure);
        Assert.Contains("tls-auth-clients", response.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_issuer_URL_in_a_certificate_is_not_requested()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        using var certificates = new TestCertificates(
            "redis.example", isForLoopback: true, issuerAt: $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/ca");
        using var otherAuthority = new TestCertificates("other.example", isForLoopback: true);

        // The server does not have the certificate of its own authority, so it cannot send that certificate.
        string[] settings =
        [
            .. certificates.Settings.Select(line =>
                line.Replace(certificates.AuthorityFile, otherAuthority.AuthorityFile, StringComparison.Ordinal)),
        ];
        await using var server = await RedisProcess.StartAsync(
            new() { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile }, settings);
        using var own = new RedisRig($"{server.Endpoint},ssl=true", caFile: otherAuthority.AuthorityFile);
        using var system = new RedisRig($"{server.Endpoint},ssl=true");

        Assert.Equal(RedisFailure.TlsFailed, (await own.CheckAsync()).Failure);
        Assert.Equal(RedisFailure.TlsFailed, (await system.CheckAsync()).Failure);

        Assert.False(elsewhere.Pending(), "the issuer's certificate was requested");
    }
}
