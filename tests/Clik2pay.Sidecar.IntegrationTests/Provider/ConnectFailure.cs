namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>A call that fails while its connection is established.</summary>
/// <param name="Name">What fails, for the test's output.</param>
/// <param name="Address">The scheme, host and port to call.</param>
/// <param name="Explain">Returns the expected error for a connect timeout in seconds.</param>
/// <param name="Proxy">The HTTP proxy to use, or an empty string.</param>
internal sealed record ConnectFailure(string Name, string Address, Func<int, string> Explain, string Proxy = "");
