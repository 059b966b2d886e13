using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>The server's word that a request has no body.</summary>
internal sealed class NoBody : IHttpRequestBodyDetectionFeature
{
    public bool CanHaveBody => false;
}
