"""The phrases of courtesy, per language: a closed list. Any other phrase says more than courtesy.

A pattern ends with `;`. It is a row of words: `/` stands between the choices for one word, `_` between the
words of one choice, and `-` is the choice of no word. So "many/so_many thanks again/-" is four phrases.

Not in the list, since then the matter goes on: answers to a question of ours ("yes", "no problem"), days,
times and reasons, "thanks in advance" and "thanks anyway".
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from vaada.model.folding import fold

Words = tuple[str, ...]
"""Folded words, in their order."""

Pattern = tuple[frozenset[Words], ...]
"""The choices for each word of a phrase."""

_LINE_BREAK = re.compile(r"/\s+")  # within the choices for one word


class Courtesy(NamedTuple):
    """The patterns of one language: `thanks`, and what may accompany them."""

    thanks: str
    beside: str = ""


LANGUAGES: dict[str, Courtesy] = {
    "en": Courtesy(
        thanks="""
thanks/thank_you/thankyou/thank_u/thanx/thx/tx/ty/tysm/tks/cheers;
many/so_many/a_million/a_thousand/huge/big/warm/sincere thanks;
thanks/thank_you/thx/cheers so/very/ever_so/- much/many/a_lot/lots/a_million/a_bunch/a_ton/tons/loads/
  kindly/indeed/much_indeed;
thanks/thank_you to/- all/you_all/everyone/everybody/the_team/both/both_of_you/all_of_you;
i/we/- really/very_much/do/truly/- appreciate it/that/this/your_help/your_time/your_support/the_help/
  the_update/your_quick_reply;
much/greatly/really/very_much/it's_much/it_is_much/so/- appreciated;
we/i wanted_to/just_wanted_to/just_want_to/would_like_to/want_to/just/- thank you/you_all/you_both;
we/i/- wanted_to/just_wanted_to/just_want_to/would_like_to/want_to/just_to/to say/say_a_big/say_a_quick/
  send thanks/thank_you/many_thanks;
the/a/this/our/- customer/client/caller/she/he/they/patient/guest/visitor/- just/only/- called/wrote/
  phoned/rang/texted/emailed/came_by/came_in/stopped_by/got_in_touch/replied/answered/- again/back/-
  to_say/and_said/just_to_say/only_to_say/saying/says/said/wrote/writes/sent/sends/sent_us/to_send/
  replied_with/answered_with thanks/thank_you/many_thanks/his_thanks/her_thanks/their_thanks;
the/a/this/our/- customer/client/caller/she/he/they/patient/guest/visitor/- just/only/- called/wrote/
  phoned/rang/texted/emailed/came_by/came_in/stopped_by/got_in_touch/- to/just_to/and/- thanked/thank/
  thanks us/me/everyone/all_of_us/the_team;
""",
        beside="""
for the/your/all_the/all_your/this/that/- quick/fast/swift/prompt/speedy/rapid/kind/great/excellent/
  lovely/amazing/wonderful/good/super_quick/very_quick/- help/reply/response/answer/update/email/mail/
  message/call/note/info/information/support/assistance/service/work/heads_up/explanation/clarification/
  confirmation/feedback/advice/time/kindness/effort/efforts/attention/patience
  today/earlier/-;
for our/the/our_quick/the_quick/our_good/our_great help/reply/service/work;
for everything/that/this/all_this/it/letting_me_know/letting_us_know/telling_me/telling_us/
  getting_back_to_me/getting_back_to_us/getting_back/getting_in_touch/replying/answering/responding/
  helping/helping_me/helping_us/helping_out/calling/calling_back/calling_me_back/writing/writing_back
  so_quickly/so_fast/so_soon/quickly/-;
for confirming/clarifying/explaining/following_up/checking_in/being_so_kind/being_so_helpful/
  being_so_quick/all_you_do/all_you_did/all_you_have_done/all_you've_done/sending_it/sending_this/
  sending_that/sending_it_over/looking_into_it/looking_into_this/sorting_it/sorting_it_out/
  sorting_this_out/sorting_that_out so_quickly/so_fast/so_soon/-;
from_the_bottom_of_my_heart/with_all_my_heart/so_much/very_much/a_lot/and/again/once_again/once_more/so/
  then/really;
hi/hello/hey/dear/hiya/greetings there/all/team/everyone/everybody/folks/guys/both/-;
good morning/afternoon/evening/day/night;
team/all/everyone/everybody/folks/guys/mate/buddy/friend/my_friend/friends/sir/madam/ma'am/mr/mrs/ms/
  miss/dr/doctor;
ok/okay/okey/k/kk/alright/all_right/right/oh/ah/wow/yay/great/perfect/super/brilliant/awesome/amazing/
  excellent/wonderful/fantastic/lovely/nice/good/very_good/fine/cool/superb/marvellous/marvelous/
  terrific;
that's/that_is/this_is/it's/it_is/that_was/it_was really/so/very/absolutely/just/- great/perfect/super/
  brilliant/awesome/amazing/excellent/wonderful/fantastic/lovely/nice/kind/kind_of_you/nice_of_you/
  good_of_you/helpful;
you're/you_are/you_were/you've_been/you_have_been/you_guys_are the_best/great/amazing/awesome/a_star/
  a_legend/a_lifesaver/so_kind/very_kind/so_helpful/very_helpful/wonderful/brilliant/too_kind;
very/so/most/really kind/helpful/nice/good of_you/-;
great/good/excellent/amazing/super/lovely/fantastic/wonderful/nice/brilliant job/work/service/help/
  support/team/stuff/news;
well_done/keep_up_the_good_work/keep_it_up;
i/we/i've/we've/i_have/we_have/just/- got/received/noted/understood it/this/that/them/your_message/
  your_email/your_reply/your_mail/the_message/the_email/- now/safely/already/with/-;
all/it's_all/it_is_all/everything_is/everything's/we're_all/i'm_all/we_are_all/i_am_all good/fine/well/
  sorted/great/perfect/ok/okay/set/clear now/here/then/-;
have/enjoy a/your/the/- very/really/- good/great/nice/lovely/wonderful/fantastic/pleasant/beautiful/
  super/happy/relaxing/- day/evening/afternoon/morning/night/weekend/week/one/time/holiday/holidays/
  vacation/rest_of_the_day/rest_of_your_day/rest_of_the_week/rest_of_your_week/day_ahead/week_ahead/
  weekend_ahead too/all/-;
great/happy/nice/lovely/good weekend/day/evening/night/friday/holidays/holiday/easter/christmas/diwali/
  eid/new_year/ramadan;
merry_christmas/season's_greetings/eid_mubarak/ramadan_mubarak/ramadan_kareem;
bye/bye_bye/goodbye/good_bye/take_care/see_you/see_you_soon/see_ya/see_you_around/talk_soon/speak_soon/
  talk_to_you_soon/until_next_time/stay_safe/stay_well/god_bless/god_bless_you/bless_you/all_the_best/
  best_wishes/warm_wishes/my_best/x/xx/xo/xoxo/love/lots_of_love/hugs;
you_too/and_you/to_you_too/same_to_you/likewise/and_you_too;
with/- kind/best/warm/warmest/kindest/many/friendly/- regards;
best/sincerely/yours_sincerely/yours_truly/yours/yours_faithfully/respectfully/cordially;
sent_from_my iphone/ipad/phone/mobile/samsung/android/android_phone;
""",
    ),
    "es": Courtesy(
        thanks="""
gracias/mil_gracias/un_millón_de_gracias/muchas_gracias/muchísimas_gracias/infinitas_gracias/agradecido/
  agradecida/agradecidos/agradecidas/muy_agradecido/muy_agradecida/muy_agradecidos;
gracias a todos/todas/ti/usted/ustedes/vosotros/todo_el_equipo;
se_lo/te_lo/os_lo/le/les/te agradezco/agradecemos mucho/muchísimo/de_corazón/su_ayuda/tu_ayuda/la_ayuda/
  su_atención/su_respuesta/-;
el/la/- cliente/clienta/- dio/da/nos_dio/dijo/dice/escribió/escribe/llamó_para_dar/escribió_para_dar/
  solo_dio las_gracias/gracias/muchas_gracias;
el/la/- cliente/clienta/- nos/me/lo/- agradeció/agradece;
""",
        beside="""
por tu/su/la/vuestra/el/toda_la/toda_su/toda_tu pronta/rápida/gran/buena/excelente/amable/buen/-
  ayuda/respuesta/atención/información/amabilidad/paciencia/colaboración/servicio/tiempo/trabajo/
  mensaje/apoyo/llamada/confirmación/aclaración;
por todo/avisar/avisarme/avisarnos/responder/responderme/contestar/contestarme/ayudarme/ayudar/
  ayudarnos/informarme/informar/llamar/llamarme/escribir/aclarar/eso/esto/
  responder_tan_rápido/contestar_tan_rápido;
hola/buenas/buenos_días/buenas_tardes/buenas_noches/buen_día/estimado/estimada/estimados/querido/
  querida/señor/señora/señorita/sr/sra/don/doña/doctor/doctora/amigo/amiga/equipo/a_todos/todos;
ok/okay/vale/bueno/genial/perfecto/estupendo/fenomenal/excelente/muy_bien/bien/súper/fantástico/
  maravilloso/entendido/de_acuerdo/listo/ah/y/de_nuevo/otra_vez/nuevamente/recibido/anotado/de_verdad/
  de_corazón;
muy/tan/qué/es_muy/son_muy/es_usted_muy/eres_muy amable/amables;
eres/es/son el_mejor/la_mejor/los_mejores/genial/geniales;
muy_amable_de_su_parte/muy_amable_de_tu_parte/excelente_servicio/buen_servicio/buen_trabajo;
ya/- lo_recibí/lo_tengo/me_llegó/lo_he_recibido/está_todo_bien;
todo/ya_todo/ya_está_todo/está_todo/todo_está bien/perfecto/correcto/en_orden/claro/ok ahora/ya/-;
que tenga/tengas/tengan/pase/pases/pasen/tengáis un/una/- muy/- buen/bonito/lindo/feliz/excelente/
  bonita/linda/buena día/fin_de_semana/tarde/noche/semana/finde;
buen/feliz/bonito/lindo día/fin_de_semana/finde/noche/tarde/semana/navidad/año/año_nuevo/pascua;
adiós/hasta_luego/hasta_pronto/chao/chau/nos_vemos/cuídese/cuídate/cuídense/bendiciones/dios_le_bendiga/
  dios_te_bendiga/igualmente/un_abrazo/abrazos/besos/un_beso/saludos/un_saludo/saludos_cordiales/
  un_cordial_saludo/cordialmente/atentamente/muchos_saludos/un_saludo_cordial;
""",
    ),
    "fr": Courtesy(
        thanks="""
merci/mille_mercis/mille_merci/un_grand_merci/grand_merci/merci_beaucoup/merci_bien/merci_infiniment/
  merci_mille_fois/merci_bcp/merci_énormément;
merci/grand_merci/un_grand_merci/merci_beaucoup/merci_encore à tous/toutes/vous/toi/vous_tous/
  toute_l'équipe;
je/nous vous/te remercie/remercions beaucoup/infiniment/sincèrement/vivement/encore/-;
remerciements/avec_mes_remerciements/tous_mes_remerciements/avec_tous_mes_remerciements;
le/la/- client/cliente/il/elle/- a_dit/dit/a_écrit/a_appelé_pour_dire/a_écrit_pour_dire/voulait_dire
  merci/merci_beaucoup;
le/la/- client/cliente/il/elle nous_a/m'a/a remercié/remerciés;
""",
        beside="""
pour votre/ton/ta/la/le/vos/cette/toute_votre/- rapide/gentille/excellent/excellente/précieuse/bonne/
  belle/- aide/l'aide/réponse/retour/message/mail/appel/accueil/service/travail/gentillesse/patience/
  soutien/temps/attention/rapidité/réactivité/info/l'info/information/informations/confirmation/
  réponse_rapide;
de votre/ton/ta/- aide/accueil/gentillesse/patience/soutien/temps/attention;
pour/de tout/cela/ça;
pour_avoir/de_m'avoir/de_nous_avoir/d'avoir/pour_m'avoir répondu/aidé/aidée/aidés/rappelé/rappelée/
  prévenu/prévenue/pris_le_temps si_vite/rapidement/-;
bonjour/bonsoir/salut/coucou/cher/chère/chers/madame/monsieur/mademoiselle/mme/mr/m/docteur/à_tous/
  l'équipe/toute_l'équipe/tout_le_monde;
ok/okay/d'accord/parfait/super/génial/très_bien/bien/excellent/formidable/impeccable/nickel/top/entendu/
  compris/bien_compris/bien_noté/noté/c'est_noté/bien_reçu/reçu/ah/et/encore/encore_une_fois/vraiment/
  beaucoup;
c'est/vous_êtes/tu_es très/vraiment/trop/bien/- gentil/gentille/gentils/aimable/sympa/parfait/super/
  gentil_à_vous/gentil_de_votre_part/au_top/les_meilleurs/formidable/formidables;
très gentil/gentille/aimable/sympa;
je_l'ai bien/- reçu/reçue;
tout_est/tout bon/bien/en_ordre/parfait/va_bien/ok maintenant/désormais/-;
bonne/très_bonne/bon/très_bon/belle journée/soirée/nuit/semaine/fin_de_journée/après_midi/weekend/
  week_end/continuation/dimanche/vacances/fête/fêtes à_vous/à_vous_aussi/à_tous/-;
passez/passe/je_vous_souhaite une/un bonne/excellente/très_bonne/bon/excellent/agréable/belle journée/
  soirée/semaine/weekend/week_end;
joyeux_noël/bonne_année/joyeuses_fêtes/bonnes_fêtes/à_vous_aussi/de_même/pareillement/à_bientôt/
  au_revoir/à_la_prochaine/bises/bisous;
bien_à_vous/cordialement/bien_cordialement/très_cordialement/amicalement/salutations/
  sincères_salutations/meilleures_salutations/sincèrement/respectueusement;
""",
    ),
    "de": Courtesy(
        thanks="""
danke/dank/vielen_dank/herzlichen_dank/besten_dank/tausend_dank/lieben_dank/schönen_dank/danke_schön/
  dankeschön/danke_schoen/dankeschoen/danke_sehr/danke_vielmals/vielen_lieben_dank/ganz_herzlichen_dank/
  merci_vielmals/haben_sie_vielen_dank;
danke/dank an/- alle/euch/euch_allen/ihnen/ihnen_allen/dir/das_team/das_ganze_team;
ich/wir danke/danken ihnen/dir/euch vielmals/sehr/herzlich/recht_herzlich/-;
ich_bedanke_mich/wir_bedanken_uns herzlich/sehr/recht_herzlich/-;
der/die/- kunde/kundin/er/sie/- hat_sich/hat_sich_nur/hat_sich_herzlich bedankt;
der/die/- kunde/kundin/er/sie/- bedankt_sich/bedankte_sich;
der/die/- kunde/kundin/er/sie/- sagt/sagte/schrieb/schreibt/rief_an_und_sagte danke/dank/vielen_dank;
""",
        beside="""
für ihre/deine/eure/die/den/das/ihren/deinen/euren/ihr schnelle/rasche/prompte/nette/freundliche/
  tolle/gute/großartige/schnellen/tollen/guten/netten/- hilfe/antwort/rückmeldung/nachricht/mail/email/
  e_mail/info/information/informationen/mühe/zeit/geduld/unterstützung/service/anruf/rückruf/bescheid/
  auskunft/beratung/bemühungen/arbeit/einsatz/bestätigung/erklärung/hinweis/update;
für alles/hilfe/mühe/geduld/unterstützung/zeit/service/beratung/bemühungen/arbeit/einsatz;
fürs bescheid_geben/bescheidgeben/bescheid_sagen/melden/zurückrufen/helfen/kümmern;
hallo/hi/guten_tag/guten_morgen/guten_abend/gute_nacht/moin/servus/grüß_gott/liebe/lieber/sehr_geehrte/
  sehr_geehrter/frau/herr/herrn/dr/team/an_alle/alle/zusammen;
ok/okay/super/toll/prima/perfekt/klasse/sehr_gut/gut/alles_gut/spitze/wunderbar/großartig/alles_klar/
  verstanden/ist_angekommen/angekommen/erhalten/habe_ich_erhalten/notiert/ach/und/nochmal/nochmals/
  noch_einmal/sehr/wirklich/vielmals/schön;
das_ist/das_war/sie_sind/ihr_seid/du_bist sehr/wirklich/echt/so/- nett/lieb/freundlich/super/toll/
  perfekt/klasse/nett_von_ihnen/die_besten/der_beste/die_beste;
sehr/wirklich/echt/total nett/lieb/freundlich/nett_von_ihnen/lieb_von_ihnen;
alles/jetzt_ist_alles gut/bestens/in_ordnung/ok/klar/erledigt/super jetzt/-;
einen/ein/eine/- schönen/schönes/schöne/guten/gute/angenehmen/angenehmes tag/abend/nachmittag/
  wochenende/woche/feierabend/restwoche/urlaub/zeit/feiertage noch/ihnen/euch/dir/-;
ich_wünsche/wünsche/wir_wünschen ihnen/euch/dir/- einen/ein/eine/- schönen/schönes/schöne/guten tag/
  abend/wochenende/woche;
frohe_weihnachten/frohes_neues/frohes_neues_jahr/frohe_ostern/guten_rutsch/ihnen_auch/gleichfalls/
  ebenso/ebenfalls/dir_auch/euch_auch;
tschüss/tschüß/tschau/ciao/auf_wiedersehen/bis_bald/bis_dann/alles_gute/alles_liebe/lg/vg/mfg/
  liebe_grüße/viele_grüße/beste_grüße/schöne_grüße/herzliche_grüße/freundliche_grüße/
  mit_freundlichen_grüßen/mit_besten_grüßen/mit_lieben_grüßen/viele_gruesse/liebe_gruesse/
  mit_freundlichen_gruessen/gruß/grüße/lieben_gruß;
""",
    ),
    "pt": Courtesy(
        thanks="""
obrigado/obrigada/obrigados/obrigadas/obg/obgd/obrigadão/brigado/brigada/muito_obrigado/muito_obrigada/
  muitíssimo_obrigado/muitíssimo_obrigada/mil_obrigados/agradecido/agradecida/muito_agradecido/
  muito_agradecida/grato/grata/muito_grato/muito_grata/valeu/bem_haja/gratidão;
agradeço/agradecemos muito/imenso/imensamente/a_ajuda/a_atenção/-;
o/a/- cliente/ele/ela/- agradeceu/agradece/nos_agradeceu/só_agradeceu/ligou_para_agradecer/
  escreveu_para_agradecer;
o/a/- cliente/ele/ela/- disse/escreveu/mandou obrigado/obrigada/muito_obrigado/muito_obrigada;
""",
        beside="""
pela/pelo/pelas/pelos sua/seu/vossa/tua/teu/toda_a/toda/essa/esse/- rápida/pronta/excelente/ótima/
  boa/ótimo/bom/- ajuda/resposta/atenção/informação/informações/gentileza/paciência/apoio/retorno/
  atendimento/serviço/tempo/trabalho/mensagem/contato/contacto/ligação/confirmação/aviso/esclarecimento;
por tudo/avisar/me_avisar/responder/me_responder/ajudar/me_ajudar/ligar/informar/me_informar/
  isso/responder_tão_rápido/esclarecer;
a_todos/a_vocês/a_você/a_toda_a_equipe/demais/de_coração;
olá/oi/bom_dia/boa_tarde/boa_noite/caro/cara/caros/prezado/prezada/prezados/querido/querida/senhor/
  senhora/sr/sra/dr/dra/dona/doutor/doutora/amigo/amiga/equipe/equipa/pessoal;
ok/okay/tá/tá_bom/tá_bem/certo/perfeito/ótimo/excelente/maravilha/maravilhoso/beleza/legal/bom/
  muito_bom/bem/muito_bem/super/entendi/entendido/recebi/recebido/já_recebi/anotado/ah/e/de_novo/
  novamente/mais_uma_vez/mesmo/imenso;
muito/tão/que/você_é_muito/vocês_são_muito gentil/gentis/simpático/simpática/atencioso/atenciosa;
você_é/vocês_são o_melhor/a_melhor/os_melhores/demais;
muito_gentil_da_sua_parte/ótimo_atendimento/excelente_atendimento/ótimo_trabalho;
está/tudo/já_está_tudo/agora_está_tudo/está_tudo/agora_tá_tudo/tá_tudo bem/certo/ok/perfeito/em_ordem
  agora/já/-;
tenha/tenham/desejo um/uma bom/boa/ótimo/ótima/excelente/lindo dia/tarde/noite/semana/fim_de_semana/
  final_de_semana/fds/feriado/descanso;
bom/boa/ótimo/ótima dia/tarde/noite/semana/fim_de_semana/final_de_semana/fds/feriado/descanso/trabalho;
feliz_natal/feliz_ano_novo/feliz_páscoa/boas_festas/igualmente/para_você_também/até_logo/até_breve/
  até_mais/até_a_próxima/tchau/adeus/deus_abençoe/deus_te_abençoe/abraço/abraços/um_abraço/beijo/beijos/
  beijinhos/cumprimentos/os_melhores_cumprimentos/melhores_cumprimentos/com_os_melhores_cumprimentos/
  atenciosamente/cordialmente/saudações;
""",
    ),
    "it": Courtesy(
        thanks="""
grazie/grazie_mille/mille_grazie/tante_grazie/molte_grazie/grazie_tante/grazie_infinite/grazie_di_cuore/
  un_grazie/ringraziamenti;
grazie a/- tutti/voi/te/lei;
vi/la/ti/le ringrazio/ringraziamo molto/tanto/ancora/infinitamente/di_cuore/-;
il/la/- cliente/lui/lei/- ha_ringraziato/ci_ha_ringraziato/ci_ha_ringraziati/ringrazia;
il/la/- cliente/lui/lei/- ha_detto/dice/ha_scritto grazie/grazie_mille;
""",
        beside="""
per/di il/la/l/tuo/tua/vostro/vostra/suo/sua/il_vostro/la_vostra/il_suo/la_sua/il_tuo/la_tua
  rapida/veloce/pronta/gentile/ottimo/ottima/- aiuto/l'aiuto/risposta/disponibilità/pazienza/gentilezza/
  informazione/informazioni/servizio/tempo/lavoro/messaggio/chiamata/assistenza/l'assistenza/cortesia/
  conferma/supporto/attenzione/chiarimento;
per avermi/averci/aver/avere aiutato/aiutata/avvisato/avvisata/risposto/informato/informata/richiamato/
  richiamata/contattato/fatto_sapere;
per/di tutto;
per/del/dell/della aiuto/l'aiuto/l'assistenza/disponibilità/pazienza/gentilezza/cortesia/supporto/
  attenzione;
ciao/salve/buongiorno/buonasera/buonanotte/buon_giorno/buona_sera/buon_pomeriggio/caro/cara/cari/
  gentile/egregio/signor/signora/signore/dottor/dottore/dottoressa/a_tutti/tutti/ragazzi;
ok/okay/va_bene/bene/benissimo/molto_bene/perfetto/ottimo/fantastico/eccellente/splendido/super/capito/
  ricevuto/ho_ricevuto/ho_capito/tutto_chiaro/d_accordo/daccordo/ah/e/ancora/davvero/di_cuore/di_nuovo;
molto/siete_molto/sei_molto/è_molto/è_stato_molto/è_stata_molto/siete_stati gentile/gentili/
  gentilissimi/gentilissimo/gentilissima/disponibile/disponibili/cortese;
gentilissimi/gentilissimo/gentilissima/siete_i_migliori/sei_il_migliore/sei_la_migliore/ottimo_servizio/
  ottimo_lavoro;
tutto/è_tutto/adesso_tutto/ora_tutto/ora_è_tutto bene/ok/a_posto/perfetto/risolto adesso/ora/-;
buona/buon/bella/felice giornata/serata/settimana/domenica/fine_settimana/weekend/week_end/lavoro/
  vacanza/vacanze;
buon_natale/buone_feste/felice_anno_nuovo/buona_pasqua/altrettanto/anche_a_lei/anche_a_voi/a_voi/
  arrivederci/arrivederla/a_presto/alla_prossima/ci_vediamo/un_abbraccio/abbracci/baci/un_saluto/saluti/
  cordiali_saluti/distinti_saluti/cari_saluti/i_migliori_saluti/cordialmente;
""",
    ),
    "nl": Courtesy(
        thanks="""
dank/dankjewel/dankuwel/dank_je/dank_u/dank_je_wel/dank_u_wel/bedankt/hartelijk_dank/hartelijk_bedankt/
  heel_erg_bedankt/erg_bedankt/heel_hartelijk_dank/veel_dank/super_bedankt;
de_klant/klant/hij/zij bedankte_ons/heeft_ons_bedankt/zei_bedankt;
""",
        beside="""
voor je/uw/de/jullie/het/alle snelle/goede/fijne/vlotte/geweldige/- hulp/antwoord/reactie/bericht/
  service/info/informatie/moeite/tijd/update/uitleg/bevestiging;
voor alles/hulp/moeite;
hallo/hoi/dag/goedemorgen/goedemiddag/goedenavond/beste/geachte/mevrouw/meneer/team/allemaal;
oké/ok/prima/top/super/perfect/mooi/fijn/geweldig/goed/heel_goed/begrepen/ontvangen/genoteerd/duidelijk/
  en/nogmaals;
alles/alles_is goed/in_orde/ok/duidelijk nu/-;
fijne/prettige/een_fijne/een_prettige/fijn/prettig/een_fijn dag/avond/weekend/week/dag_nog/avond_nog/
  vakantie;
jij_ook/u_ook/jullie_ook/insgelijks/tot_ziens/tot_snel/doei/groet/groetjes/groeten/
  met_vriendelijke_groet/vriendelijke_groeten/hartelijke_groet/hartelijke_groeten/mvg;
""",
    ),
    "ar": Courtesy(
        thanks="""
شكرا/وشكرا/مشكور/مشكورة/مشكورين/متشكر/متشكرة/متشكرين/تسلم/تسلمي/تسلموا/شاكر/شاكرين/ممنون/ممنونة/ممتن/
  ممتنة/ألف_شكر/شكري_لكم/كل_الشكر/جزيل_الشكر/الشكر_لكم/خالص_الشكر/يعطيك_العافية/يعطيكم_العافية/
  الله_يعطيك_العافية/الله_يعطيكم_العافية/بارك_الله_فيك/بارك_الله_فيكم/جزاك_الله_خيرا/جزاكم_الله_خيرا/
  جزاك_الله_خير/جزاكم_الله_خير/كثر_خيرك/كثر_خيركم/تسلم_ايدك;
أشكرك/أشكركم/نشكركم/نشكرك/بشكرك/بشكركم;
العميل/العميلة/الزبون/الزبونة/هو/هي/- شكرنا/شكرتنا/يشكرنا/تشكرنا/شكرني/شكرتني;
العميل/العميلة/الزبون/الزبونة/هو/هي/- قال/قالت/كتب/كتبت/اتصل_ليقول/اتصلت_لتقول شكرا;
""",
        beside="""
لك/لكم/لكما/للجميع/لكم_جميعا/إلكم/إلك/جدا/جزيلا/كثيرا/كتير/كثير/مرة_أخرى/مجددا/من_القلب/من_كل_قلبي/
  والله/و;
على المساعدة/مساعدتك/مساعدتكم/الرد/الرد_السريع/ردك/ردكم/ردكم_السريع/سرعة_الرد/الخدمة/خدمتكم/
  خدمتكم_الرائعة/المعلومة/المعلومات/التوضيح/الاهتمام/اهتمامكم/كل_شيء/وقتكم/وقتك/تعاونكم/تعاونك/التعاون/
  إبلاغي/إخباري/التواصل/تواصلكم/التأكيد/حسن_تعاونكم;
للمساعدة/لمساعدتك/لمساعدتكم/لردكم/لردك/لاهتمامكم/لتعاونكم/لوقتكم/لإخباري/لإبلاغي;
مرحبا/أهلا/أهلا_وسهلا/السلام_عليكم/السلام_عليكم_ورحمة_الله/السلام_عليكم_ورحمة_الله_وبركاته/
  وعليكم_السلام/صباح_الخير/مساء_الخير/تصبح_على_خير/تصبحون_على_خير/عزيزي/عزيزتي/سيد/سيدة/السيد/السيدة/
  أستاذ/أستاذة/الأستاذ/الأستاذة/دكتور/دكتورة/أخي/أختي/أخ/أخت/حبيبي/صديقي/فريق/الجميع/يا;
حسنا/تمام/ممتاز/رائع/جيد/جيد_جدا/جميل/طيب/اوكي/اوك/عظيم/مفهوم/فهمت/وصلت/وصل/وصلني/وصلتني/استلمت/
  تم_الاستلام/كل_شيء_تمام/كل_شيء_بخير/كل_شيء_جيد/كله_تمام/كل_شي_تمام/الحمد_لله/والحمد_لله/ما_شاء_الله/
  ماشاء_الله/خدمة_ممتازة/خدمة_رائعة/عمل_رائع/أنتم_رائعون/أنتم_الأفضل/لطف_منك/لطف_منكم/هذا_لطف_منكم;
مع_السلامة/إلى_اللقاء/في_أمان_الله/مع_خالص_التحية/مع_تحياتي/تحياتي/تحياتي_لكم/مع_التحية/أطيب_التحيات/
  دمتم_بخير/دمت_بخير/حفظكم_الله/حفظك_الله/الله_يحفظكم/الله_يحفظك/الله_يسلمك/نهارك_سعيد/يوم_سعيد/
  يومك_سعيد/يوما_سعيدا/أتمنى_لك_يوما_سعيدا/أتمنى_لكم_يوما_سعيدا/عطلة_سعيدة/نهاية_أسبوع_سعيدة/أسبوع_سعيد/
  رمضان_كريم/عيد_مبارك/كل_عام_وأنتم_بخير/وأنت_أيضا/ولكم_أيضا;
""",
    ),
    "ur": Courtesy(
        thanks="""
شکریہ/شکریا/مہربانی/بڑی_مہربانی/نوازش/بہت_نوازش/ممنون/مشکور/تشکر/جزاک_اللہ/جزاک_اللہ_خیر/جزاک_اللہ_خیرا/
  جزاکم_اللہ/تھینک_یو/تھینکس/سلامت_رہیں;
میں/ہم/- آپ_کا/آپ_کی/- بہت/بے_حد/- شکر_گزار/شکرگزار ہوں/ہیں/-;
شکریہ ادا_کرتا_ہوں/ادا_کرتی_ہوں/ادا_کرتے_ہیں;
کسٹمر/گاہک/صارف/خریدار/انہوں/اس/- نے/- ہمارا/ہم_سب_کا/ہمیں/صرف/فون_پر/- شکریہ کہا/ادا_کیا/کہا_ہے/بولا/
  لکھا;
""",
        beside="""
آپ_کا/آپ_کی/آپ_سب_کا/آپکا/آپکی/سب_کا/بہت/بہت_بہت/بے_حد/نہایت/دل_سے/ایک_بار_پھر/پھر_سے/اور/ہے;
آپ_کی/آپ_کے/آپکی/آپ/اتنی/- جلد/فوری/جلدی/- مدد/مدد_کرنے/جواب/جواب_دینے/بتانے/اطلاع/اطلاع_دینے/
  اطلاع_کرنے/تعاون/رہنمائی/وقت/وقت_دینے/رابطہ_کرنے/رابطے/خدمت/معلومات/کال_کرنے/کال/فون_کرنے/پیغام/
  ہر_چیز/سب کا/کے_لیے/کیلئے/کے_لئے;
السلام_علیکم/وعلیکم_السلام/سلام/آداب/صبح_بخیر/شب_بخیر/شام_بخیر/محترم/محترمہ/جناب/جی/صاحب/صاحبہ/بھائی/
  بھائی_جان/بہن/باجی/میڈم/سر/ڈاکٹر/دوست/سب;
ٹھیک/ٹھیک_ہے/اوکے/اچھا/اچھا_جی/بہت_اچھا/بہت_خوب/زبردست/بہترین/کمال/واہ/شاندار/عمدہ/سمجھ_گیا/سمجھ_گئی/
  مل_گیا/مل_گئی/مل_گیا_ہے/مل_گئی_ہے/موصول_ہوا/موصول_ہو_گیا/نوٹ_کر_لیا/ماشاءاللہ/ماشاء_اللہ/ما_شاء_اللہ/
  الحمدللہ/الحمد_للہ;
سب/سب_کچھ/اب_سب/اب ٹھیک/اچھا/بہترین ہے/ہیں/ہو_گیا/ہو_گیا_ہے/-;
آپ بہت/- اچھے/مہربان/بہترین ہیں;
اللہ_حافظ/خدا_حافظ/فی_امان_اللہ/خوش_رہیں/سدا_خوش_رہیں/جیتے_رہیں/اللہ_آپ_کو_خوش_رکھے/اللہ_خوش_رکھے/
  اپنا_خیال_رکھیں/اپنا_خیال_رکھیے/پھر_ملیں_گے/نیک_تمنائیں/دعاؤں_میں_یاد_رکھیں/آپ_کا_دن_اچھا_گزرے/
  دن_اچھا_گزرے/عید_مبارک/رمضان_مبارک/آپ_کو_بھی/والسلام/خیر_اندیش/مخلص;
""",
    ),
    "hi": Courtesy(
        thanks="""
धन्यवाद/धन्यबाद/शुक्रिया/आभार/हार्दिक_धन्यवाद/हार्दिक_आभार/मेहरबानी/बड़ी_मेहरबानी/आभारी_हूँ/आभारी_हूं/
  थैंक_यू/थैंक्यू/थैंक्स/थैंक_यू_सो_मच/थैंक_यू_वेरी_मच/कोटि_कोटि_धन्यवाद;
मैं/हम/- आपका/आपको बहुत/- धन्यवाद/आभार करता_हूँ/करती_हूँ/करते_हैं/देता_हूँ/देती_हूँ/देते_हैं;
ग्राहक/उन्होंने/उसने/कस्टमर/- ने/- हमें/हमारा/हमको/केवल/सिर्फ/- धन्यवाद/शुक्रिया/आभार कहा/दिया/किया/
  अदा_किया/बोला/लिखा/कहा_है;
""",
        beside="""
आपका/आप_का/आपकी/आपको/आप_सबका/आप_सभी_का/आप_सभी_को/सबका/सबको/बहुत/बहुत_बहुत/दिल_से/एक_बार_फिर/फिर_से/और/
  है;
आपकी/आपके/आप_की/आप_के/इतनी/इस/- जल्दी/तुरंत/शीघ्र/अच्छी/- मदद/मदद_करने/सहायता/जवाब/उत्तर/जवाब_देने/
  बताने/जानकारी/जानकारी_देने/सूचना/सूचना_देने/सहयोग/समय/समय_देने/सेवा/फोन_करने/कॉल/कॉल_करने/संदेश/सब_कुछ
  के_लिए/के_लिये/का;
नमस्ते/नमस्कार/प्रणाम/राम_राम/सुप्रभात/शुभ_प्रभात/शुभ_संध्या/शुभ_रात्रि/हेलो/हैलो/हाय/प्रिय/श्री/
  श्रीमान/श्रीमती/सर/सर_जी/मैडम/मैम/जी/भाई/भैया/भाई_साहब/दीदी/बहन/डॉक्टर/दोस्त/सभी/टीम;
ठीक/ठीक_है/ओके/अच्छा/अच्छा_जी/बहुत_अच्छा/बहुत_बढ़िया/बढ़िया/शानदार/उत्तम/वाह/कमाल/सुंदर/समझ_गया/समझ_गई/
  मिल_गया/मिल_गई/मिल_गया_है/मिल_गई_है/प्राप्त_हुआ/प्राप्त_हो_गया/नोट_कर_लिया/बहुत_खूब;
सब/सब_कुछ/अब_सब/अब_सब_कुछ/अब ठीक/अच्छा/बढ़िया है/हो_गया/हो_गया_है/-;
आप बहुत/- अच्छे/दयालु/बढ़िया हैं/हो;
बहुत_अच्छी_सेवा/अच्छा_काम/बढ़िया_काम/बहुत_अच्छा_काम;
अलविदा/फिर_मिलेंगे/फिर_मिलते_हैं/शुभ_दिन/शुभ_दिवस/शुभकामनाएँ/शुभकामनाएं/आपका_दिन_शुभ_हो/
  आपका_दिन_अच्छा_हो/दिन_शुभ_हो/आपका_सप्ताहांत_शुभ_हो/शुभ_सप्ताहांत/अपना_ख्याल_रखें/अपना_ख्याल_रखिए/
  ख्याल_रखें/खुश_रहें/खुश_रहो/भगवान_भला_करे/भगवान_आपका_भला_करे/ईश्वर_आपका_भला_करे/आपको_भी/शुभ_दीपावली/
  दिवाली_की_शुभकामनाएँ/होली_की_शुभकामनाएँ/ईद_मुबारक/नव_वर्ष_की_शुभकामनाएँ/भवदीय/सादर/सादर_प्रणाम;
""",
    ),
    "Latin letters": Courtesy(  # Urdu, Hindi and Arabic, as many write them on a phone
        thanks="""
shukriya/shukria/shukriyah/dhanyavad/dhanyavaad/dhanyawad/dhanyawaad/meherbani/mehrbani/meharbani/
  jazakallah/jazak_allah/jazakallah_khair/jazak_allah_khair/jazakallahu_khairan/shukran/shukran_jazilan/
  choukran/shokran/mashkoor/mamnoon/barakallah/barakallahu_feek;
""",
        beside="""
ap_ka/aap_ka/aapka/apka/bohat/bahut/bohot/boht/bht;
theek_hai/thik_hai/theek_he/acha/accha/achha/acha_ji/bohat_acha/bahut_accha/mil_gaya/mil_gaya_hai/
  mil_gayi/samajh_gaya/samajh_gayi/sab_theek/sab_theek_hai/sab_thik_hai/zabardast/tamam/mumtaz/
  alhamdulillah/mashallah/masha_allah/bahut_badhiya/badhiya;
assalam_o_alaikum/assalamualaikum/assalamu_alaikum/asalam_o_alaikum/salam/salaam/aoa/walaikum_assalam/
  namaste/namaskar/marhaba/ji/jee/bhai/bhaiya/sahib/sahab/saab/baji/didi/janab/habibi/ustad;
allah_hafiz/khuda_hafiz/fi_amanillah/ma_salama/phir_milenge/khush_rahen/apna_khayal_rakhen/
  allah_khush_rakhe;
""",
    ),
    "tr": Courtesy(
        thanks="""
teşekkürler/teşekkür/teşekkür_ederim/teşekkür_ederiz/çok_teşekkürler/çok_teşekkür_ederim/
  çok_teşekkür_ederiz/sağ_ol/sağol/sağ_olun/sağolun/çok_sağ_olun/eyvallah;
müşteri/- teşekkür_etti;
""",
        beside="""
yardımınız/cevabınız/hızlı_cevabınız/bilgi/ilginiz/her_şey için;
merhaba/selam/günaydın/iyi_günler/iyi_akşamlar/iyi_geceler/iyi_hafta_sonları/hoşça_kalın/görüşürüz/
  kolay_gelsin/iyi_çalışmalar/bey/hanım/sayın/tamam/tamamdır/harika/süper/mükemmel/çok_iyi/anladım/
  aldım/saygılarımla/selamlar/ve/tekrar;
""",
    ),
    "others": Courtesy(
        thanks="""
спасибо/большое_спасибо/спасибо_большое/огромное_спасибо/спасибо_огромное/спасибо_вам/спасибо_за_помощь/
  спасибо_за_ответ/благодарю/благодарю_вас/дякую/щиро_дякую/дуже_дякую/благодаря/хвала/hvala/
  hvala_lijepa/hvala_vam/hvala_lepa;
dziękuję/dzięki/dziękuję_bardzo/bardzo_dziękuję/wielkie_dzięki/dziękuję_za_pomoc/dziękuję_za_odpowiedź/
  dziękujemy/děkuji/děkuju/díky/děkujeme/mockrát_děkuji/ďakujem/köszönöm/köszi/köszönöm_szépen/
  mulțumesc/mulțumesc_mult/mulțumesc_frumos/mersi/mersi_mult;
tack/tack_så_mycket/tackar/tusen_tack/takk/tusen_takk/takk_for_hjelpen/mange_tak/tusind_tak/
  tack_för_hjälpen/kiitos/kiitos_paljon/paljon_kiitoksia/aitäh/ačiū/paldies;
ευχαριστώ/ευχαριστώ_πολύ/σας_ευχαριστώ/σας_ευχαριστώ_πολύ/faleminderit/תודה/תודה_רבה/המון_תודה;
ممنونم/خیلی_ممنون/متشکرم/خیلی_متشکرم/مرسی/سپاس/سپاسگزارم/با_تشکر/دست_شما_درد_نکند/مننه/ډېره_مننه;
ধন্যবাদ/অনেক_ধন্যবাদ/আপনাকে_ধন্যবাদ/আপনাকে_অনেক_ধন্যবাদ/ਧੰਨਵਾਦ/ਬਹੁਤ_ਧੰਨਵਾਦ/ਤੁਹਾਡਾ_ਧੰਨਵਾਦ/ਸ਼ੁਕਰੀਆ/આભાર/
  ખૂબ_આભાર/நன்றி/மிக்க_நன்றி/ధన్యవాదాలు/ಧನ್ಯವಾದ/ಧನ್ಯವಾದಗಳು/നന്ദി;
谢谢/谢谢你/谢谢您/谢谢您的帮助/非常感谢/多谢/感谢/谢谢了/太感谢了/謝謝/謝謝你/謝謝您/非常感謝/多謝/感謝;
ありがとう/ありがとうございます/ありがとうございました/どうもありがとう/どうもありがとうございます/本当にありがとうございます/감사합니다/고맙습니다/정말_감사합니다/고마워요/감사해요;
terima_kasih/terima_kasih_banyak/makasih/salamat/maraming_salamat/salamat_po/maraming_salamat_po/cảm_ơn/
  cám_ơn/cảm_ơn_nhiều/xin_cảm_ơn/asante/asante_sana/ขอบคุณ/ขอบคุณครับ/ขอบคุณค่ะ/gràcies/moltes_gràcies/
  eskerrik_asko/diolch;
""",
    ),
}


@cache
def thanks() -> tuple[Pattern, ...]:
    """Return the patterns that say thanks in any language, because customers mix languages."""
    return tuple(pattern for language in LANGUAGES.values() for pattern in _patterns(language.thanks))


@cache
def beside_thanks() -> tuple[Pattern, ...]:
    """Return the patterns that may accompany thanks: greetings, closings, "got it", "all good"."""
    return tuple(pattern for language in LANGUAGES.values() for pattern in _patterns(language.beside))


@cache
def beginnings() -> frozenset[str]:
    """Return the first words of all phrases. Most contacts begin with other words."""
    found: set[str] = set()
    for pattern in (*thanks(), *beside_thanks()):
        for choices in pattern:
            found |= {choice[0] for choice in choices if choice}
            if () not in choices:
                break
    return frozenset(found)


def words(text: str) -> Words:
    """Return the folded words of a text."""
    return tuple(fold(text).split())


def ends(pattern: Pattern, said: Words, start: int) -> set[int]:
    """Return the places in `said` where phrases of this pattern end that begin at `start`."""
    reached = {start}
    for choices in pattern:
        reached = {
            at + len(choice) for at in reached for choice in choices if said[at : at + len(choice)] == choice
        }
    return reached - {start}


def _patterns(text: str) -> Iterator[Pattern]:
    for line in _LINE_BREAK.sub("/", text).split(";"):
        if pattern := tuple(frozenset(map(words, slot.split("/"))) for slot in line.split()):
            yield pattern
