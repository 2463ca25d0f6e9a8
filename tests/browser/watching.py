"""What no page may do: log an error, ask another house for something, or miss a file of its own."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

LOCAL = ("data:", "blob:", "about:")
# The console's line about an answer like 404; `Watch.response` judges those.
FAILED_LOAD = "Failed to load resource"


@dataclass
class Watch:
    """Collects the complaints about every page of the browser contexts that it joins."""

    base: str
    complaints: list[str] = field(default_factory=list)

    def join(self, context: BrowserContext) -> None:
        """Listen to a browser context."""
        context.on("console", self.console)
        context.on("request", self.request)
        context.on("response", self.response)
        context.on("weberror", self.error)

    def forget(self, complaint: str) -> None:
        """Forget the complaints that hold this text, once they were provoked."""
        self.complaints = [
            each for each in self.complaints if not complaint or complaint not in each
        ]

    def console(self, message: ConsoleMessage) -> None:
        """Complain about warnings and errors; a page that broke its own policy is one."""
        if message.type in {"error", "warning"} and not message.text.startswith(FAILED_LOAD):
            self.complaints.append(f"{message.type} in the console: {message.text}")

    def request(self, request: Request) -> None:
        """Complain about a request to anybody else."""
        if not request.url.startswith((self.base, *LOCAL)):
            self.complaints.append(f"request to {request.url}")

    def response(self, response: Response) -> None:
        """Complain about a missing part of a page; the page itself may answer what it likes."""
        request = response.request
        is_page = request.is_navigation_request() and request.frame.parent_frame is None
        if response.status >= 400 and not is_page:
            self.complaints.append(f"{response.status} for {response.url}")

    def error(self, error: WebError) -> None:
        """Complain about a script that failed."""
        self.complaints.append(f"error in a script: {error.error}")
