using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Rules;
using Clik2pay.Simulator.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Payer;

/// <summary>The page that a payment link opens, where a person pays or lets the payment fail. The page works without scripts.</summary>
internal static class PayerPages
{
    private static readonly string Template = ReadTemplate();

    public static void MapPayerPages(this WebApplication app)
    {
        var transactions = app.Services.GetRequiredService<TransactionStore>();
        app.MapGet("/r/{shortCode}", context => ShowAsync(context, transactions));
        foreach (var (name, action) in ((string, TransactionAction)[])[("pay", TransactionAction.Pay), ("fail", TransactionAction.Fail)])
        {
            app.MapPost($"/r/{{shortCode}}/{name}", context => ApplyAsync(context, transactions, action));

            // After an error, the browser shows the address of the action.
            // A GET of that address, such as a reload, must not return an error.
            app.MapGet($"/r/{{shortCode}}/{name}", context => RedirectAsync(context, transactions));
        }
    }

    /// <summary>Responds to a request from a page of another site.</summary>
    public static Task WriteRefusedAsync(HttpContext context)
    {
        const string body = "<p>Another site sent this request. To pay, open the payment link.</p>";
        return WriteAsync(context, StatusCodes.Status403Forbidden, "Request refused", body);
    }

    /// <summary>Opening the page counts as following the link.</summary>
    private static Task ShowAsync(HttpContext context, TransactionStore transactions)
    {
        if (Find(context, transactions) is not { } request)
            return WriteUnknownAsync(context);

        var followed = transactions.TryApply(TransactionKind.PaymentRequest, request.Id, TransactionAction.FollowLink);
        return WriteRequestAsync(context, followed.Transaction ?? request);
    }

    private static async Task ApplyAsync(HttpContext context, TransactionStore transactions, TransactionAction action)
    {
        if (Find(context, transactions) is not { } request)
        {
            await WriteUnknownAsync(context);
            return;
        }

        if (await FormBody.ReadAsync(context) is not { } form)
        {
            await WriteAsync(context, StatusCodes.Status400BadRequest, "Invalid form", "<p>The form is not valid.</p>");
            return;
        }

        var entered = form["amount"].ToString();
        var change = transactions.TryApply(TransactionKind.PaymentRequest, request.Id, action, ReadAmount(entered));
        if (change.Violation is { Problem: var problem })
        {
            // Another tab may have changed the status.
            request = Find(context, transactions) ?? request;
            await WriteRequestAsync(context, request, $"{action} had no effect: {problem}.", entered);
        }
        else
        {
            await RedirectAsync(context, transactions); // so that a reload does not send the form again
        }
    }

    private static decimal? ReadAmount(string entered)
    {
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
        if (entered.Length == 0)
            return null;

        // Text that isn't a number is outside every range.
        return decimal.TryParse(entered, style, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static Transaction? Find(HttpContext context, TransactionStore transactions) =>
        transactions.FindByShortCode((string)context.GetRouteValue("shortCode")!);

    private static Task RedirectAsync(HttpContext context, TransactionStore transactions)
    {
        if (Find(context, transactions) is not { } request)
            return WriteUnknownAsync(context);

        context.Response.Redirect($"/r/{request.ShortCode}");
        return Task.CompletedTask;
    }

    private static Task WriteRequestAsync(HttpContext context, Transaction request, string? error = null, string entered = "")
    {
        var body = new StringBuilder();
        if (error is not null)
            body.Append(CultureInfo.InvariantCulture, $"<p id=\"error\" role=\"alert\">{Encode(error)}</p>");
        AppendDetails(body, request);
        if (Transition.Of(request.Kind, TransactionAction.Pay)[0].From.Contains(request.Status))
            AppendForm(body, request, error is null ? null : entered);
        else
            body.Append(CultureInfo.InvariantCulture, $"<p>This payment request is {request.StatusName}. You can close this page.</p>");

        var status = error is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict;
        return WriteAsync(context, status, "Payment request", body.ToString(), (error is null ? request.StatusName : "Error") + ": ");
    }

    private static void AppendDetails(StringBuilder body, Transaction request)
    {
        var rows = new (string Label, string? Value)[]
        {
            ("Merchant", SimulatorOptions.MerchantName),
            ("Payer", Rule.Text(request.Sent["payer"]?["name"])),
            ("Amount", request.Amount is { } amount ? string.Create(CultureInfo.InvariantCulture, $"${amount:#,0.00} CAD") : null),
            ("Message", Rule.Text(request.Sent["displayMessage"])),
            ("Invoice", Rule.Text(request.Sent["invoiceNumber"])),
            ("Due", Rule.Text(request.Sent["dueDate"])),
        };
        body.Append("<dl>");
        foreach (var (label, value) in rows.Where(row => !string.IsNullOrEmpty(row.Value)))
            body.Append(CultureInfo.InvariantCulture, $"<dt>{label}</dt><dd>{Encode(value!)}</dd>");
        body.Append(CultureInfo.InvariantCulture, $"<dt>Status</dt><dd id=\"status\">{request.StatusName}</dd></dl>");
    }

    /// <summary>Appends the form. Both buttons submit the form, each to a different address.</summary>
    /// <param name="body">The page.</param>
    /// <param name="request">The payment request.</param>
    /// <param name="refused">The amount that the person entered, if it was refused; otherwise null.</param>
    private static void AppendForm(StringBuilder body, Transaction request, string? refused)
    {
        var address = $"/r/{request.ShortCode}";
        body.Append(CultureInfo.InvariantCulture, $"<form method=\"post\" action=\"{address}/pay\">");
        if (request.Amount is null)
        {
            var value = refused ?? FlexibleAmount.Choose(request.Sent, null)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
            var state = refused is null ? "aria-describedby=\"range\"" : "aria-describedby=\"error range\" aria-invalid=\"true\" autofocus";
            body.Append("<p><label for=\"amount\">Amount in CAD</label>")
                .Append("<input id=\"amount\" name=\"amount\" inputmode=\"decimal\" autocomplete=\"off\" required ")
                .Append(CultureInfo.InvariantCulture, $"value=\"{Encode(value)}\" {state}><br>")
                .Append(CultureInfo.InvariantCulture, $"<span class=\"note\" id=\"range\">{RangeOf(request)}</span></p>");
        }

        body.Append("<p><button>Pay</button> <button class=\"secondary\" formnovalidate ")
            .Append(CultureInfo.InvariantCulture, $"formaction=\"{address}/fail\">Fail</button></p>")
            .Append("<p class=\"note\">Pay sets the status to PAID. Fail sets the status to FAILED.</p></form>");
    }

    private static string RangeOf(Transaction request) => $"Enter an amount {FlexibleAmount.Describe(request.Sent)}.";

    private static Task WriteUnknownAsync(HttpContext context)
    {
        const string body = "<p>There is no payment request for this link. The simulator loses all payment requests when it stops.</p>";
        return WriteAsync(context, StatusCodes.Status404NotFound, "Unknown payment link", body);
    }

    private static Task WriteAsync(HttpContext context, int status, string title, string body, string state = "")
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
            + "frame-ancestors 'none'; base-uri 'none'";

        // The body is inserted last, because it contains text from the payment request.
        var page = Template.Replace("{state}", state, StringComparison.Ordinal)
            .Replace("{title}", title, StringComparison.Ordinal)
            .Replace("{body}", body, StringComparison.Ordinal);
        return response.WriteAsync(page, context.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string ReadTemplate()
    {
        using var reader = new StreamReader(typeof(PayerPages).Assembly.GetManifestResourceStream("payer.html")!);
        return reader.ReadToEnd();
    }
}
