using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Transactions;

namespace Clik2pay.Simulator.Cli;

/// <summary>What the simulator prints after the start.</summary>
public static class SimulatorBanner
{
    /// <param name="options">The options, with the real address of the simulator.</param>
    /// <returns>The settings of a sidecar that uses this simulator, and commands to try.</returns>
    public static string Write(SimulatorOptions options)
    {
        var address = SimulatorAddress.ToReachable(options.Url);
        return $"""
            The simulator listens on {options.Url} and simulates {options.Environment}. To use it, set these variables for a sidecar:

              export Clik2pay__Environment=Custom
              export Clik2pay__ApiBaseUrl={address}
              export Clik2pay__TokenEndpoint={address}/oauth2/token
              export Clik2pay__Username={options.Username}
              export Clik2pay__Password={options.Password}
              export Clik2pay__ApiKey={options.ApiKey}

            To count the requests:      curl {address}/_simulator/counters
            To pay a payment request:   open its paymentLink in a browser
            Webhooks:                   {DescribeWebhooks(options.Webhook, address)}
            Press Ctrl-C to stop.

            """;
    }

    private static string DescribeWebhooks(WebhookTarget? webhook, string address) => webhook is null
        ? "off; use --webhook, --webhook-user and --webhook-password"
        : $"to {webhook.Url.GetLeftPart(UriPartial.Path)}; deliveries: curl {address}/_simulator/deliveries";
}
