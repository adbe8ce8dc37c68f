// Says so when the server does not answer: what is shown may be old then.
(() => {
  const lost = document.getElementById("lost");
  const since = document.getElementById("lost-since");
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    const fine = event.detail.successful || status === 304;
    if (fine) since.textContent = new Date().toLocaleTimeString();
    document.getElementById("signed-out").hidden = status !== 401;
    document.getElementById("away").hidden = status === 401;
    lost.hidden = fine;
  });
  since.textContent = new Date().toLocaleTimeString();
})();
