using System.Net;
using Clik2pay.Sidecar.IntegrationTests.Support;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>The name of the provider has two addresses, and one of them does not work.</summary>
public sealed class AddressTests
{
    [Lesson("the second address was never tried: dotnet/corefx#29716, cyberduck#14761")]
    [Fact]
    public async Task With_one_silent_or_refusing_address_of_two_the_first_token_and_the_first_payment_succeed_within_one_connect_timeout()
    {
        await using var network = await TestNetwork.CreateAsync(network => $"{network.Host} two.example\n{network.OtherHost} two.example");

        // The system decides which address comes first, so each of them is the broken one in turn.
        await Task.WhenAll(
            TryAsync(network, works: network.Host, broken: network.OtherHost, isSilent: true),
            TryAsync(network, works: network.OtherHost, broken: network.Host, isSilent: true),
            TryAsync(network, works: network.Host, broken: network.OtherHost, isSilent: false),
            TryAsync(network, works: network.OtherHost, broken: network.Host, isSilent: false));
    }

    private static async Task TryAsync(TestNetwork network, string works, string broken, bool isSilent)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(works);
        await using var upstream = await RecordingUpstream.StartAsync(works);
        var (tokenPort, apiPort) = (tokenEndpoint.Address.Port, new Uri(upstream.Address).Port);
        if (isSilent)
        {
            await network.DropAsync("-d", broken, "--dport", $"{tokenPort}");
            await network.DropAsync("-d", broken, "--dport", $"{apiPort}");
        }

        var environment = SidecarProcess.Environment($"http://two.example:{apiPort}", tokenEndpoint,
            [.. network.Settings, ("Clik2pay:TokenEndpoint", $"http://two.example:{tokenPort}/oauth2/token")]);
        var start = Ambience.Time.GetTimestamp();
        await using var program = SidecarProcess.StartBy(network.Command, environment, "run");
        var (address, admin) = await program.WaitForAddressesAsync();
        await program.WaitForLineAsync("Access token refreshed");
        var token = Ambience.Time.GetElapsedTime(start);

        using var caller = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        start = Ambience.Time.GetTimestamp();
        using var first = await caller.PostAsync("/open/v1/a", new StringContent("{}"), TestContext.Current.CancellationToken);
        var payment = Ambience.Time.GetElapsedTime(start);
        var (exitCode, output) = await SidecarProcess.RunByAsync(network.Command, environment, "check");

        var fault = isSilent ? "one is silent" : "one refuses";
        Figures.Report($"of two addresses {fault}: first token after {token.TotalSeconds:0.00} s, first payment after {payment.TotalSeconds:0.00} s");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.InRange(token, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(payment, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal((0, output), (exitCode, output));
    }
}
