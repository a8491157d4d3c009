// The contact form in a page of yours: <script src="https://…/c/widget.js" defer></script>
(function () {
  "use strict";
  const script = document.currentScript;
  const texts = {
    ar: ["اكتب إلينا", "إغلاق"],
    de: ["Schreiben Sie uns", "Schließen"],
    en: ["Write to us", "Close"],
    es: ["Escríbanos", "Cerrar"],
    fr: ["Écrivez-nous", "Fermer"],
    hi: ["हमें लिखें", "बंद करें"],
    pt: ["Escreva para nós", "Fechar"],
    ur: ["ہمیں لکھیں", "بند کریں"],
  };
  const wanted = script.dataset.lang || document.documentElement.lang || navigator.language || "en";
  const tag = wanted.slice(0, 2).toLowerCase();
  const lang = texts[tag] ? tag : "en";
  const [label, close] = texts[lang];
  const make = (name, style, facts) => {
    const made = Object.assign(document.createElement(name), facts);
    made.style.cssText = style;
    return made;
  };
  const look = "font:700 16px/1.5 system-ui,sans-serif;cursor:pointer;border:2px solid #fff;background:#0b6b5d;color:#fff;";
  const button = make("button", look + "position:fixed;inset-block-end:16px;inset-inline-end:16px;z-index:9999;" +
    "padding:10px 20px;border-radius:24px;box-shadow:0 2px 8px rgb(0 0 0/.3)",
    { type: "button", textContent: script.dataset.label || label, lang, dir: "auto" });
  button.setAttribute("aria-haspopup", "dialog");
  const dialog = make("dialog", "padding:0;border:0;border-radius:12px;overflow:hidden;inline-size:min(40rem,100%);" +
    "block-size:min(50rem,100%);max-inline-size:100%;max-block-size:100%;background:#f3f6f5",
    { lang, dir: /^(ar|ur)$/.test(lang) ? "rtl" : "ltr" });
  dialog.setAttribute("aria-label", button.textContent);
  const end = make("button", look + "position:absolute;inset-block-start:8px;inset-inline-end:8px;border-radius:8px;padding:4px 12px",
    { type: "button", textContent: close });
  end.addEventListener("click", () => dialog.close());
  dialog.append(end);
  button.addEventListener("click", () => {
    if (!dialog.querySelector("iframe")) {
      dialog.prepend(make("iframe", "display:block;border:0;inline-size:100%;block-size:100%",
        { src: new URL(`./?lang=${lang}`, script.src).href, title: button.textContent }));
    }
    dialog.showModal();
  });
  document.body.append(button, dialog);
})();
